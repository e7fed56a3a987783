import type { CocoDataset } from "../../eval/coco.ts";
import type { Detector, DetectResult } from "../../ports/detector.ts";
import type { ImageSource } from "../inputs/image_source.ts";

/** Image with its detections. */
export interface DetectedImage {
  /** Image. */
  readonly source: ImageSource;
  /** Position of the image among all input images, from 0. */
  readonly index: number;
  /** Encoded image. */
  readonly bytes: Uint8Array;
  /** Detections in the image, and the time that each step took. */
  readonly result: DetectResult;
}

/** Image that failed. */
export interface FailedImage {
  /** Image. */
  readonly source: ImageSource;
  /** Message of the error. */
  readonly reason: string;
}

/** Detector, input images and options of the command, for the output formats. */
export interface OutputContext {
  /** Detector of the command. The detector also makes the drawings. */
  readonly detector: Pick<Detector, "model" | "draw">;
  /** All input images. */
  readonly sources: readonly ImageSource[];
  /**
   * Data set that defines the ids of COCO results. Unset: image ids come from the file names or
   * positions, and category ids are class ids.
   */
  readonly dataset?: CocoDataset | undefined;
  /** True to write the score as the sixth column of YOLO text. */
  readonly withScores: boolean;
  /** Score threshold that the user has set. Unset: the default of the model. */
  readonly score?: number | undefined;
}

/**
 * Output format with one text for all images. The text of each image is written immediately, so
 * that the memory does not grow with the number of images.
 */
export interface TextFormat {
  /** Text before the first image. Unset: no text. */
  readonly head?: string | undefined;
  /** Returns the text for an image. Undefined: no text. */
  readonly add: (image: DetectedImage) => string | undefined | Promise<string | undefined>;
  /** Returns the text after the last image. Unset: no text. */
  readonly finish?: (failed: readonly FailedImage[]) => string | undefined;
}

/** Output format with one file for each image. */
export interface FolderFormat {
  /** Contents of files that concern all images, by file name. Unset: no such files. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  /** Returns the file for an image: the extension, for example `.txt`, and the content. */
  readonly add: (image: DetectedImage) => FileContent | Promise<FileContent>;
}

/** File to write for an image. */
export interface FileContent {
  /** Extension of the file, for example `.txt`. Replaces the extension of the image. */
  readonly extension: string;
  /** Content. */
  readonly content: Uint8Array | string;
}
