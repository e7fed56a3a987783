import { ByteReader } from "../byte_reader.ts";

/** Creates a reader of the bytes of an AVIF file. Reading past the end is `truncated-image`. */
export function avifReader(bytes: Uint8Array): ByteReader {
  return new ByteReader(bytes, "AVIF", "big-endian");
}

/**
 * Creates a reader of complete data of a file, such as a header. Reading past the end is
 * `corrupt-image`: the data is damaged, and no part of the file is missing.
 */
export function completeReader(data: Uint8Array): ByteReader {
  // The extra byte is never read. With it, the data is a part that does not end with its bytes.
  return avifReader(Uint8Array.of(...data, 0)).part(data.length);
}
