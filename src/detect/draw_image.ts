import { DomainError, tooManyBytes } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import { type Canvas, transparentCanvas } from "../draw/canvas.ts";
import { drawBoxes } from "../draw/draw_boxes.ts";
import { decodedBytes } from "../image/decoded_bytes.ts";
import { flattenAlpha } from "../image/flatten_alpha.ts";
import { readFormat, readHeader } from "../image/formats/read_header.ts";
import { checkLimits, checkMemory, type ImageLimits } from "../image/limits.ts";
import { type ImageInput, type RawImage, rawPixels } from "../image/raw_image.ts";
import { scaledCanvas } from "../image/scaled_canvas.ts";
import { uprightSize } from "../image/upright_size.ts";
import { type UprightView, uprightView } from "../image/upright_view.ts";
import type { DrawRequest } from "../ports/drawing.ts";
import type { ImageCodec } from "../ports/image_codec.ts";

/** Background colour for transparent pixels of an image: red, green and blue. */
const PAPER = [255, 255, 255] as const;

/**
 * Draws detections over an image, or on a transparent canvas of the same size.
 *
 * Decodes the image again, because the detector may have decoded it at a smaller size than the
 * drawing.
 *
 * @throws {DomainError} If the image exceeds a limit or cannot be decoded.
 */
export function drawImage(
  image: ImageInput,
  request: DrawRequest,
  codec: ImageCodec,
  limits: ImageLimits,
): Canvas {
  const source = ArrayBuffer.isView(image)
    ? fileSource(image, codec, limits)
    : rawSource(image, limits);
  const { maxSide, isOverlay } = request;
  const ratio = Math.min(1, maxSide / Math.max(source.width, source.height));
  const size = {
    width: Math.max(1, Math.round(source.width * ratio)),
    height: Math.max(1, Math.round(source.height * ratio)),
  };
  checkCanvas(size, isOverlay ? 0 : source.decodedBytes(size), limits);
  const canvas = isOverlay
    ? transparentCanvas(size.width, size.height)
    : scaledCanvas(source.decode(size), size);
  const [x, y] = [size.width / source.width, size.height / source.height];
  drawBoxes(
    canvas,
    request.detections.map(({ box: { xmin, ymin, xmax, ymax }, ...detection }) => {
      return {
        ...detection,
        box: { xmin: xmin * x, ymin: ymin * y, xmax: xmax * x, ymax: ymax * y },
      };
    }),
  );
  return canvas;
}

/** Image to draw on. The size is that of the image after its EXIF orientation is applied. */
interface Source extends Size {
  /** Returns how many bytes of memory it takes to decode the image to at least `size`. */
  decodedBytes(size: Size): number;
  /** Decodes the image to at least `size`. */
  decode(size: Size): UprightView;
}

function fileSource(bytes: Uint8Array, codec: ImageCodec, limits: ImageLimits): Source {
  if (bytes.length > limits.maxBytes) throw tooManyBytes(limits.maxBytes, bytes.length);
  codec.checkFormat(readFormat(bytes));
  const header = readHeader(bytes);
  checkLimits(header, limits);
  // If the image is stored on its side, uprightSize() swaps width and height. The same swap
  // converts an upright size back to a stored size.
  const stored = (size: Size) => uprightSize({ ...header, ...size });
  return {
    ...uprightSize(header),
    decodedBytes: (size) => decodedBytes(header, stored(size)),
    decode(size) {
      checkMemory(header, stored(size), limits);
      const pixels = codec.decode(bytes, header, stored(size));
      if (header.hasAlpha) flattenAlpha(pixels, PAPER);
      return uprightView(pixels, header.orientation);
    },
  };
}

function rawSource(image: RawImage, limits: ImageLimits): Source {
  const pixels = rawPixels(image, limits);
  flattenAlpha(pixels, PAPER);
  const { width, height } = pixels;
  return { width, height, decodedBytes: () => 0, decode: () => uprightView(pixels, 1) };
}

/** Refuses a drawing if the canvas and the decoded image together exceed the memory limit. */
function checkCanvas(size: Size, besides: number, { maxDecodedBytes }: ImageLimits): void {
  const bytes = Math.ceil(4 * size.width * size.height + besides);
  if (bytes <= maxDecodedBytes) return;
  throw new DomainError(
    "too-many-pixels",
    `Cannot draw on the image as it must take at most ${maxDecodedBytes} bytes of memory: ` +
      `current value is ${bytes} (${size.width}x${size.height}). Ask for a smaller drawing.`,
  );
}
