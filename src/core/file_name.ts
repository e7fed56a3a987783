/**
 * Returns the last path segment of a URL for messages, with its percent escapes decoded.
 *
 * @returns File name. Empty if the path ends with a slash. Malformed percent escapes are not
 *   decoded.
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
