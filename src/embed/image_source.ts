import { DomainError } from "../core/domain_error.ts";
import { tooManyBytes } from "../image/limits.ts";
import type { ImageInput, RawImage } from "../image/raw_image.ts";
import { abortable } from "./abortable.ts";
import { readStream } from "./read_stream.ts";

/** An image in any of the forms that it comes in: an encoded file, or pixels. */
export type ImageSource =
  | Uint8Array
  | ArrayBuffer
  | Blob
  | ReadableStream<Uint8Array>
  | RawImage;

/** What is read of a source. */
export interface SourceRules {
  /** Most bytes of an encoded image. */
  readonly maxBytes: number;
  /** Ends the read. */
  readonly signal?: AbortSignal;
}

/**
 * Brings an image's bytes together; pixels stay as they are.
 *
 * The forms are told apart by what they can do, as objects of another realm are no instances of
 * this one's classes.
 *
 * @throws {DomainError} `too-many-bytes`, before a blob is read and while a stream is;
 *   `not-an-image`, if it is none of the forms.
 * @throws The signal's reason, or what the stream fails with.
 */
export async function readSource(
  source: ImageSource,
  { maxBytes, signal }: SourceRules,
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

/** The stream of a source that is not going to be read is told so. */
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
