import { dirname, relative } from "node:path/posix";
import { checkWasm } from "./check_wasm.ts";
import { COMPRESSED_FILES, PACKAGE_FILES } from "./browser_files.ts";
import { filesIn, ROOT } from "./tools.ts";

/** Folder of the vendored files in the npm package. */
export const VENDOR_FOLDER = "vendor";

/** npm packages that the vendored files import. */
export const VENDORED_IMPORTS: readonly string[] = ["onnxruntime-common"];

/**
 * Files that the import specifiers of two npm packages stand for, as paths in `node_modules`.
 *
 * The npm package carries these files and does not depend on the two packages. Installed whole,
 * onnxruntime-web has 139 MB and icodec 23 MB; the files that are used have 60 MB.
 */
const FILES: Readonly<Record<string, string>> = {
  "onnxruntime-web": "onnxruntime-web/dist/ort.node.min.mjs",
  "onnxruntime-web/webgpu": "onnxruntime-web/dist/ort.webgpu.bundle.min.mjs",
  "onnxruntime-web/wasm": "onnxruntime-web/dist/ort.wasm.bundle.min.mjs",
};

/**
 * Files for the modules of pages, which differ from {@linkcode FILES}. These files do not name their
 * wasm files, because a page loads the copies that `retinanet-edge-page` makes. A bundler would add
 * each file that is named.
 */
const FILES_FOR_PAGES: Readonly<Record<string, string>> = {
  "onnxruntime-web/webgpu": "onnxruntime-web/dist/ort.webgpu.min.mjs",
  "onnxruntime-web/wasm": "onnxruntime-web/dist/ort.wasm.min.mjs",
  "onnxruntime-web/jspi": "onnxruntime-web/dist/ort.jspi.min.mjs",
};

/** Folder of the modules of pages in the npm package. */
const PAGE_MODULES = "src/platforms/browser/";

/** Licences of the vendored files: from the project, to their folder in the npm package. */
const LICENCES: Readonly<Record<string, string>> = {
  // onnxruntime-web contains no file with its licence.
  "packaging/licences/onnxruntime-web.txt": "onnxruntime-web/LICENSE",
  "node_modules/icodec/LICENSE": "icodec/LICENSE",
};

/** Imports of a package, and calls that resolve one, as the compiler prints them. */
const IMPORTS =
  /(?<before>\bfrom |\bimport |\bimport\()"(?<imported>\w[^"]*)"|import\.meta\.resolve\("(?<resolved>\w[^"]*)"\)/g;

/**
 * Copies the used files of two npm packages into the npm package, and makes its modules import the
 * copies.
 *
 * @param folder Path of the npm package, whose modules are complete.
 */
export async function vendorPackages(folder: string): Promise<void> {
  for await (const file of filesIn(folder)) {
    if (!/\.(js|d\.ts)$/.test(file) || file.startsWith(`${folder}/browser/`)) continue;
    const text = await Deno.readTextFile(file);
    const vendored = withVendored(text, file.slice(folder.length + 1));
    if (vendored !== text) await Deno.writeTextFile(file, vendored);
  }
  const files = [FILES, FILES_FOR_PAGES].flatMap((each) => Object.values(each));
  for (const file of new Set([...files, ...PACKAGE_FILES, ...COMPRESSED_FILES])) {
    const source = new URL(`node_modules/${file}`, ROOT);
    await checkWasm(source);
    await copy(source, `${folder}/${placeOf(file)}`);
  }
  for (const [from, to] of Object.entries(LICENCES)) {
    await copy(new URL(from, ROOT), `${folder}/${VENDOR_FOLDER}/${to}`);
  }
}

/**
 * Replaces the imports of vendored files by their relative paths.
 *
 * @param text Compiled module.
 * @param path Path of the module in the npm package.
 */
export function withVendored(text: string, path: string): string {
  return text.replace(IMPORTS, (whole, ...rest) => {
    const { before, imported, resolved }: Record<string, string | undefined> = rest.at(-1);
    const file = vendoredFile((imported ?? resolved)!, path.startsWith(PAGE_MODULES));
    if (file === undefined) return whole;
    const to = relative(dirname(path), placeOf(file));
    const specifier = to.startsWith(".") ? to : `./${to}`;
    // File tracers of hosting platforms follow this form.
    if (imported === undefined) return `new URL("${specifier}", import.meta.url).href`;
    return `${before}"${specifier}"`;
  });
}

/** Returns the file of an import specifier, or undefined if the file is not vendored. */
function vendoredFile(specifier: string, isOfPage: boolean): string | undefined {
  const file = (isOfPage ? FILES_FOR_PAGES[specifier] : undefined) ?? FILES[specifier];
  if (file !== undefined) return file;
  const [, name, path] = specifier.match(/^(onnxruntime-web|icodec)\/(?:dist\/)?([\w.-]+)$/) ?? [];
  return name && `${name}/dist/${path}`;
}

/** Returns the path of a vendored file in the npm package. */
function placeOf(file: string): string {
  return `${VENDOR_FOLDER}/${file.replace("/dist/", "/")}`;
}

async function copy(from: URL, to: string): Promise<void> {
  await Deno.mkdir(dirname(to), { recursive: true });
  await Deno.copyFile(from, to);
}
