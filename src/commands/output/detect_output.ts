import type { CocoDataset } from "../../eval/coco.ts";
import type { DetectResult, ModelInfo } from "../../ports/detector.ts";
import type { ImageSource } from "../inputs/image_source.ts";

/** Image with its detections. */
export interface DetectedImage {
  /** Image. */
  readonly source: ImageSource;
  /** Position among all inputs, from 0. */
  readonly index: number;
  /** Encoded image. */
  readonly bytes: Uint8Array;
  /** Detections and times. */
  readonly result: DetectResult;
}

/** Image that failed. */
export interface FailedImage {
  /** Image. */
  readonly source: ImageSource;
  /** Message of the error. */
  readonly reason: string;
}

/** Inputs and options that an output may depend on. */
export interface OutputContext {
  /** Model that detects. */
  readonly model: ModelInfo;
  /** All inputs. */
  readonly sources: readonly ImageSource[];
  /** Data set whose ids the COCO results have. Unset: numbers of the files, and class ids. */
  readonly dataset?: CocoDataset | undefined;
  /** True to write the score as sixth column of YOLO text. */
  readonly withScores: boolean;
  /** Score threshold of the user. Unset: the default of the model. */
  readonly score?: number | undefined;
}

/**
 * Format of one text for all images. Its parts are written as soon as they are known, so that the
 * memory does not grow with the number of images.
 */
export interface TextFormat {
  /** Text before the first image. Unset: none. */
  readonly head?: string | undefined;
  /** Returns the text of an image. Undefined: none. */
  readonly add: (image: DetectedImage) => string | undefined | Promise<string | undefined>;
  /** Returns the text after the last image. Unset: none. */
  readonly finish?: (failed: readonly FailedImage[]) => string | undefined;
}

/** Format with one file for each image. */
export interface FolderFormat {
  /** Files for all images, by name. Unset: none. */
  readonly files?: Readonly<Record<string, string>> | undefined;
  /** Returns the extension of the file for an image, for example `.txt`, and its content. */
  readonly add: (image: DetectedImage) => FileContent | Promise<FileContent>;
}

/** Content of a file for an image. */
export interface FileContent {
  /** Extension that replaces the one of the image, for example `.txt`. */
  readonly extension: string;
  /** Content. */
  readonly content: Uint8Array | string;
}
