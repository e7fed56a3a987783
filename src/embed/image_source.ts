import { typeName } from "../core/check_options.ts";
import { DomainError, tooManyBytes } from "../core/domain_error.ts";
import type { ImageInput, RawImage } from "../image/raw_image.ts";
import { abortable } from "./abortable.ts";
import { readStream } from "./read_stream.ts";

/** Image: an encoded file as bytes, blob or stream, or decoded pixels ({@linkcode RawImage}). */
export type ImageSource =
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array>
  | RawImage;

/** Options of {@linkcode readSource}. */
export interface ReadSourceOptions {
  /** Maximum bytes of an encoded image. */
  readonly maxBytes: number;
  /** Cancels the read. Unset: no cancellation. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads the bytes of an encoded image into one array. Decoded pixels are returned unchanged. Only a
 * blob or a stream needs a promise: an image in memory is returned at once.
 *
 * Blobs and streams are recognised by their methods and not with `instanceof`. `instanceof` is
 * false for an object from an iframe or a `node:vm` context.
 *
 * @throws {DomainError} `too-many-bytes`, if a blob or a stream is longer than `maxBytes`;
 *   `not-an-image`, if the type of the source is not one of {@linkcode ImageSource}.
 * @throws `signal.reason` if the signal is aborted, or the error of the blob or stream.
 */
export function readSource(
  source: ImageSource,
  options: ReadSourceOptions,
): ImageInput | Promise<ImageInput> {
  const { maxBytes, signal } = options;
  const type = typeName(source);
  if (type === "Uint8Array") return source as Uint8Array;
  if (type === "ArrayBuffer") return bytesOf(source as ArrayBuffer);
  if (isStream(source)) {
    if (source.locked) throw notAnImage("a stream that nobody else reads", "a locked stream");
    const tooLong = (found: number) => tooManyBytes(maxBytes, found);
    return readStream(source, { maxBytes, tooLong, signal });
  }
  if (isBlob(source)) return readBlob(source, options);
  if (isRaw(source)) return source;
  throw notAnImage(
    "a Uint8Array, an ArrayBuffer, a Blob, a ReadableStream or { data, width, height }",
    `of type ${type}${remedyFor(source, type)}`,
  );
}

async function readBlob(
  blob: Blob,
  { maxBytes, signal }: ReadSourceOptions,
): Promise<Uint8Array> {
  if (blob.size > maxBytes) throw tooManyBytes(maxBytes, blob.size);
  const content: unknown = await abortable(blob.arrayBuffer(), signal);
  if (typeName(content) === "ArrayBuffer") return bytesOf(content as ArrayBuffer);
  throw notAnImage("a Blob with bytes", `of type ${typeName(content)}`);
}

function notAnImage(must: string, found: string): DomainError {
  return new DomainError(
    "not-an-image",
    `Cannot read image as it must be ${must}: current value is ${found}`,
  );
}

/**
 * Returns the bytes of a buffer. The result is empty if the buffer was transferred to another
 * thread.
 */
function bytesOf(buffer: ArrayBuffer): Uint8Array {
  return buffer.byteLength === 0 ? new Uint8Array() : new Uint8Array(buffer);
}

/**
 * Returns the end of the error message for a value that is not an image: advice on which value to
 * pass instead.
 */
function remedyFor(source: unknown, type: string): string {
  if (type === "String") {
    return (source as string).startsWith("data:")
      ? ". Pass await (await fetch(url)).blob()."
      : ". Read the file or fetch the URL, and pass its bytes.";
  }
  const object = Object(source) as Record<string, unknown>;
  if (typeof object["then"] === "function") return ". Await the promise first.";
  if (typeof object["blob"] === "function") return ". Pass await response.blob().";
  if (typeof object["pipe"] === "function") return ". Pass Readable.toWeb(stream).";
  if (typeof object["getContext"] === "function") {
    return '. Pass canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).';
  }
  if (
    /^(HTML(Image|Video)Element|ImageBitmap|VideoFrame)$/.test(type) || "naturalWidth" in object
  ) {
    return ". Draw it on a canvas and pass the ImageData, or fetch its URL and pass the Blob.";
  }
  if (type === "FileList") return ". Pass one of its files.";
  if (type === "URL") return ". Fetch the URL, and pass the Blob.";
  if (type === "Array") return ". Pass one image at a time.";
  return "";
}

/** Cancels a stream that will not be read. Does nothing if `source` is not a stream. */
export function cancelSource(source: ImageSource, reason: unknown): void {
  if (isStream(source) && !source.locked) source.cancel(reason).catch(() => {});
}

function isStream(source: unknown): source is ReadableStream<Uint8Array> {
  return typeof (source as ReadableStream | null)?.getReader === "function";
}

function isBlob(source: unknown): source is Blob {
  const blob = source as Blob | null;
  return typeof blob?.arrayBuffer === "function" && typeof blob.size === "number";
}

function isRaw(source: unknown): source is RawImage {
  return typeof source === "object" && source !== null && "data" in source;
}
