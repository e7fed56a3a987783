/** Path of inference with the model of the quick app. */
export const INFER = "/v2/models/everyday8/infer";

/** Input tensor of an encoded image. */
export const BYTES_TENSOR = { name: "image", datatype: "BYTES", shape: [1] };

/** Builds a request of JSON alone. */
export function jsonBody(value: unknown): RequestInit {
  const body = typeof value === "string" ? value : JSON.stringify(value);
  return { method: "POST", body, headers: { "content-type": "application/json" } };
}

/** Builds a request of JSON and binary data; `header` may declare a wrong length of the JSON. */
export function binaryBody(
  value: unknown,
  binary: Uint8Array<ArrayBuffer>,
  header?: string,
): RequestInit {
  const json = new TextEncoder().encode(JSON.stringify(value));
  const headers = { "inference-header-content-length": header ?? String(json.length) };
  return { method: "POST", body: new Blob([json, binary]), headers };
}

/** Encodes an element of a BYTES tensor; `length` may be wrong. */
export function element(bytes: Uint8Array, length = bytes.length): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(4 + bytes.length);
  new DataView(all.buffer).setUint32(0, length, true);
  all.set(bytes, 4);
  return all;
}

/** Builds a request with an image as binary data, and further JSON keys. */
export function encodedBody(
  bytes: Uint8Array,
  rest: Readonly<Record<string, unknown>> = {},
): RequestInit {
  const binary = element(bytes);
  const parameters = { binary_data_size: binary.length };
  return binaryBody({ inputs: [{ ...BYTES_TENSOR, parameters }], ...rest }, binary);
}
