import { stat } from "node:fs/promises";
import { basename, isAbsolute, join, relative, resolve, sep } from "node:path";
import { glob, isDynamicPattern } from "tinyglobby";
import { readImageFile } from "../shared/arguments.ts";
import { fetchImage } from "./fetch_image.ts";
import type { ImageSource, InputOptions } from "./image_source.ts";
import { readStandardInput } from "./standard_input.ts";

/** Pattern of image files in a folder and its subfolders. */
const IMAGES = "**/*.{jpg,jpeg,jpe,jfif,png,gif,webp,avif,heic,heif,hif,bmp,dib}";

/** Help text about the images that a command reads. */
export const INPUT_NOTES =
  `INPUT is an image file, a folder (all images below it), a glob such as "photos/**/*.jpg", an
http or https URL, or - for standard input.`;

/**
 * Returns the images that the arguments of a command name, in the order of the arguments. The
 * images of a folder or a glob are sorted by name; numbers in names are sorted by value.
 *
 * An argument that names no image becomes an {@linkcode ImageSource} whose `read()` throws an
 * error. Thus a wrong argument does not stop the other images.
 */
export async function expandInputs(
  operands: readonly string[],
  options: InputOptions,
): Promise<ImageSource[]> {
  const sources: ImageSource[] = [];
  for (const operand of operands) sources.push(...await expand(operand, options));
  return sources;
}

async function expand(operand: string, options: InputOptions): Promise<ImageSource[]> {
  if (operand === "-") {
    return [{ name: "-", relativePath: "stdin", read: () => readStandardInput(options.io) }];
  }
  if (/^https?:\/\//i.test(operand)) return [urlSource(operand)];
  const found = await stat(operand).catch(() => undefined);
  if (found?.isDirectory()) {
    return await filesIn(operand, IMAGES, "there is no image in it", options);
  }
  if (found !== undefined || !isDynamicPattern(operand)) return [fileSource(operand)];
  const { base, pattern } = splitGlob(operand);
  return await filesIn(base, pattern, "no file matches it", options, operand);
}

/**
 * Splits a glob into a folder and a pattern. The pattern begins with the path segment that contains
 * the first special character.
 */
function splitGlob(operand: string): { base: string; pattern: string } {
  const parts = operand.split("/");
  const first = parts.findIndex((part) => isDynamicPattern(part));
  return { base: parts.slice(0, first).join("/"), pattern: parts.slice(first).join("/") };
}

async function filesIn(
  base: string,
  pattern: string,
  fault: string,
  { outputFolders = [] }: InputOptions,
  operand: string = base,
): Promise<ImageSource[]> {
  const cwd = isAbsolute(operand) ? base || "/" : base || ".";
  const isGlob = operand !== base;
  const names = await glob(pattern, { cwd, caseSensitiveMatch: isGlob, expandDirectories: false });
  const { compare } = new Intl.Collator("en", { numeric: true });
  const sources = names.sort(compare)
    .map((name) => fileSource(base === "" && !isAbsolute(operand) ? name : join(cwd, name), name))
    .filter(({ path }) => !outputFolders.some((folder) => isBelow(folder, path!, cwd)));
  return sources.length > 0 ? sources : [failing(operand, fault)];
}

/** Returns true if a path lies in `folder`, and `folder` lies in the folder `search`. */
function isBelow(folder: string, path: string, search: string): boolean {
  const [outer, inner] = [resolve(search), resolve(folder)];
  return inner !== outer && inner.startsWith(outer) && resolve(path).startsWith(inner + sep);
}

function fileSource(path: string, name: string = basename(path)): ImageSource {
  const relativePath = relative("/", join("/", name)).replaceAll(sep, "/");
  return { name: path, path, relativePath, read: () => readImageFile(path) };
}

function urlSource(url: string): ImageSource {
  const last = URL.parse(url)?.pathname.split("/").at(-1) ?? "";
  // Replaces characters that some file systems do not accept.
  const relativePath = last.replaceAll(/[^\w.-]+/g, "_") || "image";
  return { name: url, relativePath, read: () => fetchImage(url) };
}

function failing(name: string, fault: string): ImageSource {
  return {
    name,
    relativePath: "",
    read: () => Promise.reject(new Error(`Cannot open ${name} as ${fault}`)),
  };
}
