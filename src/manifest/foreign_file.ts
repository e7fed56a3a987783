/** Starts of files that are often taken for a graph or its weights, with what they are. */
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

/** Number of bytes that decide. */
const LENGTH = 32;

/**
 * Recognises files that are no ONNX graph by their first bytes.
 *
 * @returns Second half of an error message that begins like "Cannot load the file as". Undefined if
 *   the file is none of those that are known.
 */
export function foreignFileFault(file: Uint8Array): string | undefined {
  const text = String.fromCharCode(...file.subarray(0, LENGTH)).toLowerCase();
  return STARTS.find(([start, offset]) => text.startsWith(start, offset))?.[2];
}
