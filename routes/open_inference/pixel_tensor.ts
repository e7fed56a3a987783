import type { RawImage } from "../../src/image/raw_image.ts";
import type { ByteLease } from "../http/byte_budget.ts";
import type { InferTensor } from "./infer_schema.ts";
import { malformed, MAX_IMAGES } from "./malformed.ts";
import { tensorValues } from "./tensor_values.ts";

/** Data of an input tensor: the bytes after the JSON of the request, or a list in the JSON. */
export type Content = Uint8Array | readonly unknown[];

/** Layout of a tensor of pixels. */
interface Layout {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  /**
   * True if the shape is `[images, 3, height, width]`, false if it is `[images, height, width, 3]`.
   */
  readonly isPlanar: boolean;
}

/**
 * Reads images from a tensor of RGB pixels: UINT8, or FP32 from 0 to 255 or from 0 to 1.
 *
 * @param lease Part of the server's memory budget that the request takes. The memory of converted
 *   FP32 images is taken from this budget.
 * @throws {DomainError} `malformed-request`.
 */
export function pixelImages(
  { shape, datatype }: InferTensor,
  content: Content,
  lease: Pick<ByteLease, "take">,
): RawImage[] {
  const layout = layoutOf(shape, datatype);
  const { count, height, width } = layout;
  const size = height * width * 3;
  const bytes = datatype === "FP32"
    ? quantised(floatsOf(content, shape, count * size, lease), layout)
    : bytesOf(content, shape, count * size);
  return Array.from({ length: count }, (_, i) => ({
    data: count === 1 ? bytes : bytes.subarray(i * size, (i + 1) * size),
    width,
    height,
  }));
}

function layoutOf(shape: readonly number[], datatype: string): Layout {
  const [count = 1, ...sides] = shape.length === 4 ? shape : [1, ...shape];
  const isPlanar = datatype === "FP32" && sides[2] !== 3 && sides[0] === 3;
  const [height = 0, width = 0, channels] = isPlanar ? [...sides.slice(1), 3] : sides;
  if (sides.length === 3 && channels === 3 && count <= MAX_IMAGES) {
    return { count, height, width, isPlanar };
  }
  const planar = datatype === "FP32" ? ", [3, height, width] or [N, 3, height, width]" : "";
  throw malformed(
    `its shape as ${datatype} must be [height, width, 3] or [N, height, width, 3]${planar}, ` +
      `for one image or N of 1 to ${MAX_IMAGES}: current value is [${shape.join()}]`,
  );
}

function bytesOf(content: Content, shape: readonly number[], size: number): Uint8Array {
  if (content instanceof Uint8Array) return sized(content, shape, size);
  const values = tensorValues(content, shape);
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    bytes[i] = values[i] as number;
    if (bytes[i] === values[i]) continue;
    throw malformed(`its values must be whole numbers from 0 to 255: value ${i} is not`);
  }
  return bytes;
}

/**
 * Returns the values of an FP32 tensor. Copies binary data, because a `Float32Array` must start at
 * a multiple of four bytes.
 */
function floatsOf(
  content: Content,
  shape: readonly number[],
  size: number,
  lease: Pick<ByteLease, "take">,
): Float32Array | readonly unknown[] {
  if (!(content instanceof Uint8Array)) return tensorValues(content, shape);
  sized(content, shape, 4 * size);
  lease.take(5 * size); // the floats, and the bytes that they become
  return new Float32Array(content.slice().buffer);
}

/**
 * Converts floats to bytes from 0 to 255. In the result, the three channels of a pixel follow each
 * other. If no value exceeds 1, all values are multiplied by 255.
 */
function quantised(
  values: Float32Array | readonly unknown[],
  { count, height, width, isPlanar }: Layout,
): Uint8Array {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (typeof value === "number" && value >= 0 && value <= 255) most = Math.max(most, value);
    else throw malformed(`its values must be numbers from 0 to 255: value ${i} is not`);
  }
  const scale = most <= 1 ? 255 : 1;
  const area = height * width;
  const bytes = new Uint8Array(values.length);
  for (let i = 0; i < bytes.length; i++) {
    const pixel = Math.floor(i / 3);
    const image = Math.floor(pixel / area);
    const plane = 3 * image + i % 3;
    const from = isPlanar ? plane * area + pixel - image * area : i;
    bytes[i] = Math.round((values[from] as number) * scale);
  }
  if (count * area * 3 === bytes.length) return bytes;
  throw malformed(`it must have ${count * area * 3} values: there are ${bytes.length}`);
}

function sized(content: Uint8Array, shape: readonly number[], size: number): Uint8Array {
  if (content.length === size) return content;
  throw malformed(
    `by its shape [${shape.join()}] it must have ${size} bytes: current value is ${content.length}`,
  );
}
