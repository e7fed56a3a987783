import { extname } from "node:path";
import type { FolderFormatName } from "./folder_formats.ts";
import { FORMAT_OF_EXTENSION, type TextFormatName } from "./text_formats.ts";

/** Place to write detections to: standard output, a file or a folder. */
export type Target =
  | { readonly kind: "print"; readonly format: PrintFormatName }
  | { readonly kind: "file"; readonly format: TextFormatName; readonly path: string }
  | { readonly kind: "folder"; readonly format: FolderFormatName; readonly path: string };

/** Name of an output format for standard output. */
export type PrintFormatName = Exclude<TextFormatName, "html"> | "yolo";

/** Values of the option `--format`. */
export const PRINT_FORMATS = ["table", "json", "csv", "coco", "yolo"] as const;

/** Options of the command that decide where detections are written. */
export interface TargetOptions {
  /**
   * Format on standard output. `yolo` also sets the format of output folders. Unset: a table if
   * `out` is empty, otherwise no text on standard output.
   */
  readonly format?: PrintFormatName | undefined;
  /** True if the option `--json` is set, which means the format `json`. */
  readonly json: boolean;
  /** Files and folders to write. */
  readonly out: readonly string[];
}

/**
 * Returns the places that detections are written to.
 *
 * @throws {TypeError} If two options contradict each other, or if a file has an unknown extension.
 */
export function readTargets({ format, json, out }: TargetOptions): Target[] {
  if (json && format !== undefined && format !== "json") {
    throw new TypeError(`Cannot print JSON and ${format} at once: leave out --json or --format`);
  }
  const printed = json ? "json" : format ?? (out.length === 0 ? "table" : undefined);
  const targets = out.map((path) => targetOf(path, printed));
  const isFolderFormat = printed === "yolo" && targets.some(({ kind }) => kind === "folder");
  if (printed === undefined || isFolderFormat) return targets;
  return [{ kind: "print", format: printed }, ...targets];
}

/**
 * Refuses to print YOLO text of several images, because YOLO text contains no file names.
 *
 * @param count Number of images.
 * @throws {TypeError} If `count` is more than 1 and YOLO text is to be printed.
 */
export function checkPrintable(targets: readonly Target[], count: number): void {
  if (count < 2 || !targets.some(({ kind, format }) => kind === "print" && format === "yolo")) {
    return;
  }
  throw new TypeError(
    `Cannot print YOLO text of ${count} images as it has no file names: write a file for each ` +
      "image with --out DIR/",
  );
}

function targetOf(path: string, printed: PrintFormatName | undefined): Target {
  const extension = extname(path).toLowerCase();
  if (path.endsWith("/") || extension === "") {
    return { kind: "folder", format: printed === "yolo" ? "yolo" : "images", path };
  }
  const format = FORMAT_OF_EXTENSION[extension];
  if (format === undefined) {
    throw new TypeError(
      `Cannot write ${path} as its extension must be one of ` +
        `${Object.keys(FORMAT_OF_EXTENSION).join(", ")}: end the path of a folder with /`,
    );
  }
  return { kind: "file", format, path };
}
