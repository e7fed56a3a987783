import { mkdir, open, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type {
  DetectedImage,
  FailedImage,
  FolderFormat,
  OutputContext,
  TextFormat,
} from "./detect_output.ts";
import { FOLDER_FORMATS, yoloText } from "./folder_formats.ts";
import type { Target } from "./targets.ts";
import { TEXT_FORMATS } from "./text_formats.ts";

/** Open output, to which the command adds images. */
export interface OpenOutput {
  /** Writes the detections of an image. */
  readonly add: (image: DetectedImage) => Promise<void>;
  /**
   * Completes the output.
   *
   * @returns Path of the file or folder that was written. Undefined: the output is standard output.
   */
  readonly finish: (failed: readonly FailedImage[]) => Promise<string | undefined>;
}

/**
 * Opens the outputs. Creates folders that do not exist, and overwrites files.
 *
 * @param print Prints to standard output.
 * @throws {Error} If an output cannot be opened.
 */
export async function openOutputs(
  targets: readonly Target[],
  context: OutputContext,
  print: (text: string) => void,
): Promise<OpenOutput[]> {
  const outputs: OpenOutput[] = [];
  for (const target of targets) {
    try {
      outputs.push(await openOutput(target, context, print));
    } catch (error) {
      const { code } = error as { code?: string };
      if (target.kind === "print" || code === undefined) throw error;
      throw new Error(`Cannot write ${target.path} as it cannot be created (${code})`, {
        cause: error,
      });
    }
  }
  return outputs;
}

async function openOutput(
  target: Target,
  context: OutputContext,
  print: (text: string) => void,
): Promise<OpenOutput> {
  switch (target.kind) {
    case "print": {
      const { format } = target;
      const text: TextFormat = format === "yolo"
        ? { add: (image) => yoloText(image, context).trimEnd() || undefined }
        : TEXT_FORMATS[format](context);
      return await textOutput(text, (line) => Promise.resolve(print(line)));
    }
    case "file": {
      const { path, format } = target;
      await mkdir(dirname(path), { recursive: true });
      const file = await open(path, "w");
      const write = async (text: string) => void await file.write(`${text}\n`);
      const output = await textOutput(TEXT_FORMATS[format](context), write);
      return {
        ...output,
        async finish(failed) {
          await output.finish(failed);
          await file.close();
          return path;
        },
      };
    }
    case "folder":
      return await folderOutput(target, context);
  }
}

async function textOutput(
  { head, add, finish }: TextFormat,
  write: (text: string) => Promise<void>,
): Promise<OpenOutput> {
  if (head !== undefined) await write(head);
  return {
    async add(image) {
      const text = await add(image);
      if (text !== undefined) await write(text);
    },
    async finish(failed) {
      const text = finish?.(failed);
      if (text !== undefined) await write(text);
      return undefined;
    },
  };
}

async function folderOutput(
  { path, format }: Target & { kind: "folder" },
  context: OutputContext,
): Promise<OpenOutput> {
  const { files = {}, add }: FolderFormat = FOLDER_FORMATS[format](context);
  const taken = new Set(context.sources.flatMap((each) => each.path ? [resolve(each.path)] : []));
  await mkdir(path, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(path, name), content);
    taken.add(resolve(path, name));
  }
  return {
    async add(image) {
      const { extension, content } = await add(image);
      const file = freeName(path, image.source.relativePath, extension, taken);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    },
    finish: () => Promise.resolve(path),
  };
}

/**
 * Returns the path of a new file for an image in an output folder. Adds a number to the file name
 * if the path is already taken. Paths of input images, and of files that this run has written, are
 * taken.
 */
function freeName(
  folder: string,
  relativePath: string,
  extension: string,
  taken: Set<string>,
): string {
  const stem = join(folder, relativePath.replace(/\.\w+$/, ""));
  for (let count = 1;; count++) {
    const path = `${stem}${count === 1 ? "" : `-${count}`}${extension}`;
    if (taken.has(resolve(path))) continue;
    taken.add(resolve(path));
    return path;
  }
}
