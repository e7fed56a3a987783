import { DomainError } from "../../src/core/domain_error.ts";
import type { ImageInput } from "../../src/image/raw_image.ts";
import type { ImageTextDecoder } from "../detect/image_text.ts";
import { shorten } from "../http/problem.ts";
import type { InferTensor } from "./infer_schema.ts";
import { tensorValues } from "./tensor_values.ts";

/**
 * Reads the image of a request from its input tensor. A BYTES tensor contains an image file. A
 * UINT8 tensor contains RGB pixels, which the client has already rotated upright.
 *
 * @param input Input tensor in the JSON of the request.
 * @param binary Bytes after the JSON in the body. Empty: the data of the tensor is in the JSON.
 * @param text Decoder that has read the text of a BYTES tensor in the JSON.
 * @throws {DomainError} `wrong-field`, `malformed-request`, `no-image` or `not-an-image`.
 */
export function imageTensor(
  input: InferTensor,
  binary: Uint8Array,
  text: ImageTextDecoder,
): ImageInput {
  if (input.name !== "image") {
    throw new DomainError(
      "wrong-field",
      `Cannot read image as it must come as the input "image": the input is "${
        shorten(input.name)
      }"`,
    );
  }
  const content = contentOf(input, binary);
  if (input.datatype === "BYTES") return encodedImage(input, content, text);
  if (input.datatype === "UINT8") return rawImage(input, content);
  throw malformed(
    `its datatype must be BYTES or UINT8: current value is "${shorten(input.datatype)}"`,
  );
}

/** Data of an input tensor: the bytes after the JSON of the request, or a list in the JSON. */
type Content = Uint8Array | readonly unknown[];

function contentOf({ data, parameters }: InferTensor, binary: Uint8Array): Content {
  const size = parameters?.binary_data_size;
  if (size === undefined) {
    if (data === undefined) throw malformed('it must have "data" or "binary_data_size"');
    if (binary.length === 0) return data;
    throw malformed(
      `there must be nothing after the JSON without "binary_data_size": there are ${binary.length} bytes`,
    );
  }
  if (data !== undefined) throw malformed('it must have one of "data" and "binary_data_size"');
  if (size === binary.length) return binary;
  throw malformed(
    `its "binary_data_size" of ${size} must be the number of bytes after the JSON, which begins ` +
      `where Inference-Header-Content-Length says: there are ${binary.length}`,
  );
}

function encodedImage(
  { shape }: InferTensor,
  content: Content,
  text: ImageTextDecoder,
): Uint8Array {
  if (shape.length > 2 || shape.some((side) => side !== 1)) {
    throw malformed(
      `its shape as BYTES must be [1], one image: current value is [${shape.join()}]. ` +
        "Send a request for each image, side by side",
    );
  }
  const bytes = content instanceof Uint8Array ? elementOf(content) : fromText(content, shape, text);
  if (bytes.length > 0) return bytes;
  throw new DomainError("no-image", 'Cannot infer as the tensor "image" is an empty text');
}

/**
 * Returns the only element of a BYTES tensor. In binary data, four bytes with the length of the
 * element come before the element.
 */
function elementOf(content: Uint8Array): Uint8Array {
  if (content.length < 4) {
    throw malformed(`its element must begin with 4 bytes of length: there are ${content.length}`);
  }
  const length = new DataView(content.buffer, content.byteOffset).getUint32(0, true);
  if (length === content.length - 4) return content.subarray(4);
  throw malformed(
    `it must be one element, as long as its first 4 bytes say: they say ${length}, and there are ` +
      `${content.length - 4} bytes`,
  );
}

function fromText(
  data: readonly unknown[],
  shape: readonly number[],
  text: ImageTextDecoder,
): Uint8Array {
  const [value] = tensorValues(data, shape);
  if (typeof value === "string") return text.end();
  throw malformed("its element in JSON must be a text, the image in base64");
}

function rawImage({ shape }: InferTensor, content: Content): ImageInput {
  const sides = shape.length === 4 && shape[0] === 1 ? shape.slice(1) : shape;
  const [height = 0, width = 0, channels] = sides;
  if (sides.length !== 3 || channels !== 3) {
    throw malformed(
      `its shape as UINT8 must be [height, width, 3] or [1, height, width, 3], one image: ` +
        `current value is [${shape.join()}]`,
    );
  }
  const isBinary = content instanceof Uint8Array;
  const count = height * width * channels;
  if (isBinary && content.length !== count) {
    throw malformed(
      `by its shape [${shape.join()}] it must have ${count} bytes: current value is ${content.length}`,
    );
  }
  return { data: isBinary ? content : bytesOf(tensorValues(content, shape)), width, height };
}

function bytesOf(values: readonly unknown[]): Uint8Array {
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    bytes[i] = values[i] as number;
    if (bytes[i] === values[i]) continue;
    throw malformed(`its values must be whole numbers from 0 to 255: value ${i} is not`);
  }
  return bytes;
}

function malformed(why: string): DomainError {
  return new DomainError("malformed-request", `Cannot read tensor "image" as ${why}`);
}
