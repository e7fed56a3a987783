/**
 * Returns true if the code runs from a clone of the repository, where the commands are tasks of
 * Deno. Returns false in the npm package and in bundles, whose files are JavaScript.
 *
 * @param url URL of a module of the project.
 */
export function isClone(url: string = (import.meta as { url?: string }).url ?? ""): boolean {
  return url.startsWith("file:") && url.endsWith(".ts");
}

/**
 * Returns the command line of a command of this project, for error messages that tell the user what
 * to run. The npm package has the program `retinanet-edge`; a clone has tasks.
 *
 * @param words Command and its arguments, for example `model pull everyday8`.
 * @param url URL of a module of the project.
 *
 * @example
 * ```ts
 * import { commandLine } from "./command_line.ts";
 *
 * const installed = "file:///app/node_modules/retinanet-edge/core/command_line.js";
 * const line = commandLine("model list", installed);
 * if (line !== "retinanet-edge model list") throw new Error(line);
 * ```
 */
export function commandLine(words: string, url?: string): string {
  return `${isClone(url) ? "deno task" : "retinanet-edge"} ${words}`;
}
