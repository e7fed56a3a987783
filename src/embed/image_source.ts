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
 * Reads the bytes of an encoded image into one array. Decoded pixels are returned unchanged.
 *
 * Blobs and streams are recognised by their methods and not with `instanceof`. `instanceof` is
 * false for an object from an iframe or a `node:vm` context.
 *
 * @throws {DomainError} `too-many-bytes`, if a blob or a stream is longer than `maxBytes`;
 *   `not-an-image`, if the type of the source is not one of {@linkcode ImageSource}.
 * @throws `signal.reason` if the signal is aborted, or the error of the blob or stream.
 */
export async function readSource(
  source: ImageSource,
  { maxBytes, signal }: ReadSourceOptions,
): Promise<ImageInput> {
  const tooLong = (found: number) => tooManyBytes(maxBytes, found);
  const type = typeOf(source);
  if (type === "Uint8Array") return source as Uint8Array;
  if (type === "ArrayBuffer") return new Uint8Array(source as ArrayBuffer);
  if (isStream(source)) return await readStream(source, { maxBytes, tooLong, signal });
  if (isBlob(source)) {
    if (source.size > maxBytes) throw tooLong(source.size);
    return new Uint8Array(await abortable(source.arrayBuffer(), signal));
  }
  if (isRaw(source)) return source;
  throw new DomainError(
    "not-an-image",
    "Cannot read image as it must be a Uint8Array, an ArrayBuffer, a Blob, a ReadableStream or " +
      `{ data, width, height }: current value is of type ${type}`,
  );
}

/** Cancels a stream that will not be read. Does nothing for other sources. */
export function cancelSource(source: ImageSource, reason: unknown): void {
  if (isStream(source) && !source.locked) source.cancel(reason).catch(() => {});
}

function typeOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
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
