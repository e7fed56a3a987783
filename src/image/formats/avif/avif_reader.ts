import { ByteReader } from "../byte_reader.ts";

/** Creates a reader of the bytes of an AVIF file. Reading past the end throws `truncated-image`. */
export function avifReader(bytes: Uint8Array): ByteReader {
  return new ByteReader(bytes, "AVIF", "big-endian");
}

/**
 * Creates a reader of data that are complete, for example a header. Reading past the end throws
 * `corrupt-image`: the data are damaged, and no part of the file is missing.
 */
export function completeReader(data: Uint8Array): ByteReader {
  // A reader throws `corrupt-image` only if it ends before its bytes do. So one extra byte is
  // appended, which is never read.
  return avifReader(Uint8Array.of(...data, 0)).part(data.length);
}
