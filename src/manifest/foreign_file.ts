/**
 * First bytes of files that users often confuse with an ONNX file, and the error message for each
 * kind of file.
 */
const STARTS: readonly (readonly [start: string, offset: number, reason: string])[] = [
  [
    "version https://git-lfs",
    0,
    "it is a Git LFS pointer and not the file itself: git lfs pull fetches it",
  ],
  ["<!doctype html", 0, "it is a web page: download the file itself"],
  ["<html", 0, "it is a web page: download the file itself"],
  ["pk\x03\x04", 0, "it is a zip archive, as PyTorch and Keras save weights: export it to ONNX"],
  ["\x89hdf", 0, "it is an HDF5 file, as Keras saves weights: export it to ONNX"],
  ["tfl3", 4, "it is a TensorFlow Lite model: convert it to ONNX"],
];

/** Number of bytes at the start of a file that show its kind. */
const LENGTH = 32;

/**
 * Recognises common files that are not ONNX, by their first bytes.
 *
 * @returns Last part of an error message, which follows words such as "Cannot load the file as".
 *   Undefined: the kind of the file is unknown.
 */
export function foreignFileFault(file: Uint8Array): string | undefined {
  const text = String.fromCharCode(...file.subarray(0, LENGTH)).toLowerCase();
  return STARTS.find(([start, offset]) => text.startsWith(start, offset))?.[2];
}
