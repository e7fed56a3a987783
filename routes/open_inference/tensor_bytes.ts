import { joinedBytes } from "../../src/core/joined_bytes.ts";
import type { OutputTensor } from "./output_tensors.ts";

/**
 * Encodes the values of a tensor as bytes, little-endian and without padding. The binary tensor
 * data extension of the Open Inference Protocol defines this format.
 */
export function tensorBytes({ datatype, data }: OutputTensor): Uint8Array<ArrayBuffer> {
  if (datatype === "BYTES") {
    return joinedBytes(data.flatMap((text) => lengthAndBytes(String(text))));
  }
  const size = datatype === "INT64" ? 8 : 4;
  const view = new DataView(new ArrayBuffer(size * data.length));
  data.forEach((value, i) => {
    if (datatype === "INT64") view.setBigInt64(size * i, BigInt(value), true);
    else if (datatype === "INT32") view.setInt32(size * i, Number(value), true);
    else view.setFloat32(size * i, Number(value), true);
  });
  return new Uint8Array(view.buffer);
}

/** Encodes a string: its length in four bytes, then its UTF-8 bytes. */
function lengthAndBytes(text: string): [Uint8Array, Uint8Array] {
  const bytes = new TextEncoder().encode(text);
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length, true);
  return [length, bytes];
}
