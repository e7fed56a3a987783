/** Where the protocol takes images of the model that the quick app serves. */
export const INFER = "/v2/models/everyday8/infer";

/** An encoded image as a tensor. */
export const BYTES_TENSOR = { name: "image", datatype: "BYTES", shape: [1] };

/** JSON alone. */
export function jsonBody(value: unknown): RequestInit {
  const body = typeof value === "string" ? value : JSON.stringify(value);
  return { method: "POST", body, headers: { "content-type": "application/json" } };
}

/** JSON and binary data after it; the header may lie about its length. */
export function binaryBody(
  value: unknown,
  binary: Uint8Array<ArrayBuffer>,
  header?: string,
): RequestInit {
  const json = new TextEncoder().encode(JSON.stringify(value));
  const headers = { "inference-header-content-length": header ?? String(json.length) };
  return { method: "POST", body: new Blob([json, binary]), headers };
}

/** An element of a tensor of BYTES: its length, which may be a lie, and its bytes. */
export function element(bytes: Uint8Array, length = bytes.length): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(4 + bytes.length);
  new DataView(all.buffer).setUint32(0, length, true);
  all.set(bytes, 4);
  return all;
}

/** A request with the element as binary data, and whatever else. */
export function encodedBody(
  bytes: Uint8Array,
  rest: Readonly<Record<string, unknown>> = {},
): RequestInit {
  const binary = element(bytes);
  const parameters = { binary_data_size: binary.length };
  return binaryBody({ inputs: [{ ...BYTES_TENSOR, parameters }], ...rest }, binary);
}
