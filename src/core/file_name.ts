/**
 * Returns the last path segment of a URL for messages, with its percent escapes decoded.
 *
 * @returns An empty text if the path ends with a slash. The unchanged segment if its percent
 *   escapes are malformed.
 *
 * @example
 * ```ts
 * import { fileNameOf } from "./file_name.ts";
 *
 * const name = fileNameOf({ pathname: "/models/my%20model.onnx" }); // a URL will do
 * if (name !== "my model.onnx") throw new Error(name);
 * ```
 */
export function fileNameOf({ pathname }: { readonly pathname: string }): string {
  const segment = pathname.slice(pathname.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
