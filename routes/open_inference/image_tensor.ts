import { DomainError } from "../../src/core/domain_error.ts";
import type { ImageInput } from "../../src/image/raw_image.ts";
import type { ImageTexts } from "../detect/image_texts.ts";
import type { ByteLease } from "../http/byte_budget.ts";
import { shorten } from "../http/problem.ts";
import type { InferTensor } from "./infer_schema.ts";
import { malformed, MAX_IMAGES } from "./malformed.ts";
import { type Content, pixelImages } from "./pixel_tensor.ts";
import { tensorValues } from "./tensor_values.ts";

/**
 * Reads the images of a request from its input tensor. A BYTES tensor contains image files. A UINT8
 * or FP32 tensor contains RGB pixels, which the client has already rotated upright.
 *
 * @param input Input tensor in the JSON of the request.
 * @param binary Bytes after the JSON in the body. Empty: the data of the tensor is in the JSON.
 * @param texts Decoder that has read the texts of a BYTES tensor in the JSON.
 * @param lease Part of the server's memory budget that the request takes.
 * @throws {DomainError} `wrong-field`, `malformed-request`, `no-image` or `not-an-image`.
 */
export function imageTensor(
  input: InferTensor,
  binary: Uint8Array,
  texts: ImageTexts,
  lease: Pick<ByteLease, "take">,
): readonly ImageInput[] {
  if (input.name !== "image") {
    throw new DomainError(
      "wrong-field",
      `Cannot read image as it must come as the input "image": the input is "${
        shorten(input.name)
      }"`,
    );
  }
  const content = contentOf(input, binary);
  if (input.datatype === "BYTES") return encodedImages(input, content, texts);
  if (input.datatype === "UINT8" || input.datatype === "FP32") {
    return pixelImages(input, content, lease);
  }
  throw malformed(
    `its datatype must be FP32, BYTES or UINT8: current value is "${shorten(input.datatype)}"`,
  );
}

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

function encodedImages(
  { shape }: InferTensor,
  content: Content,
  texts: ImageTexts,
): Uint8Array[] {
  const [count = 0, ...more] = shape;
  if (count > MAX_IMAGES || shape.length > 2 || more.some((side) => side !== 1)) {
    throw malformed(
      `its shape as BYTES must be [N] or [N, 1], for N images of 1 to ${MAX_IMAGES}: ` +
        `current value is [${shape.join()}]`,
    );
  }
  const images = content instanceof Uint8Array
    ? elementsOf(content, count)
    : tensorValues(content, shape).map((value) => fromText(value, texts));
  if (images.every(({ length }) => length > 0)) return images;
  throw new DomainError("no-image", 'Cannot infer as the tensor "image" is an empty text');
}

/**
 * Returns the elements of a BYTES tensor. In binary data, four bytes with the length of an element
 * come before the element.
 */
function elementsOf(content: Uint8Array, count: number): Uint8Array[] {
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const elements: Uint8Array[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    const left = content.length - at - 4;
    if (left < 0) {
      throw malformed(`its element must begin with 4 bytes of length: there are ${left + 4}`);
    }
    const length = view.getUint32(at, true);
    if (length > left || (i === count - 1 && length < left)) {
      throw malformed(
        `it must be ${count === 1 ? "one element" : `${count} elements`}, as long as its first 4 ` +
          `bytes say: they say ${length}, and there are ${left} bytes`,
      );
    }
    elements.push(content.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return elements;
}

function fromText(value: unknown, texts: ImageTexts): Uint8Array {
  if (typeof value === "string") return texts.bytesOf(value);
  throw malformed("its element in JSON must be a text, the image in base64");
}
