import type { Context } from "hono";
import { tooManyBytes } from "../../src/core/domain_error.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { ByteLease } from "../http/byte_budget.ts";
import { type JsonPath, JsonSplitter, type TextSink } from "../http/json_splitter.ts";
import { JsonComplexity, type JsonOptions, parseJsonObject } from "../http/parse_json_object.ts";
import { readBody } from "../http/read_body.ts";
import type { Base64Alphabet } from "./base64_decoder.ts";
import { noImage } from "./faults.ts";
import { ImageTexts } from "./image_texts.ts";
import { MAX_OVERHEAD, type UploadOptions } from "./read_upload.ts";
import { SecretText } from "./secret_text.ts";

/** API key that a body may contain. */
export interface BodySecret {
  /** Name of the JSON field that contains the API key. */
  readonly field: string;
  /**
   * Checks the API key. Called before each image is read, and at the end of the body. Throws an
   * error to refuse the request.
   *
   * @param value API key. Undefined: the part of the body read so far contains no key.
   */
  readonly check: (value: string | undefined) => void;
}

/** Options of {@linkcode readImageJson}. */
export interface ImageJsonOptions extends JsonOptions {
  /** Maximum number of images in the body. */
  readonly maxImages: number;
  /** Returns true if the text at a path of the JSON is an image. */
  readonly isImage: (path: JsonPath) => boolean;
  /** API key in the body. Unset: the body contains no API key. */
  readonly secret?: BodySecret | undefined;
  /**
   * Images that may be larger together than one image. Unset: all images of the body together may
   * be as large as one image.
   */
  readonly list?: ImageList | undefined;
  /** Characters of base64 that the images may have. Unset: those of the standard alphabet. */
  readonly alphabet?: Base64Alphabet;
}

/** Images in a list of the JSON, which have their own limit. */
export interface ImageList {
  /** Returns true if the image at a path of the JSON belongs to the list. */
  readonly isListed: (path: JsonPath) => boolean;
  /** Maximum bytes of all images of the list together. */
  readonly maxBytes: number;
}

/** JSON body of a request, after the images and the API key have been removed. */
export interface ImageJson {
  /** Parsed JSON. The text of each image is replaced by the index of the image in `images`. */
  readonly json: Record<string, unknown>;
  /** Images of the body. */
  readonly images: ImageTexts;
}

/**
 * Reads a JSON body with images in base64 at any place. Decodes the images while the body arrives.
 *
 * All images of the body together may be as large as one image in `POST /detect`. Only a list of
 * images may be larger.
 *
 * @throws {DomainError} If the body is invalid or exceeds a limit.
 */
export async function readImageJson(
  context: Context<AppEnv>,
  { maxBytes, bodyTimeoutMs: timeoutMs }: UploadOptions,
  lease: ByteLease,
  { maxImages, isImage, secret, list, alphabet, ...options }: ImageJsonOptions,
): Promise<ImageJson> {
  const declared = Number(context.req.header("content-length") ?? 0);
  const onBytes = (bytes: number) => lease.take(bytes);
  const images = new ImageTexts(maxImages, Math.floor(3 * declared / 4), onBytes, alphabet);
  const key = new SecretText();
  const target = new TargetSink();
  const wants = (path: JsonPath) => {
    const isKey = secret !== undefined && path.length === 1 && path[0] === secret.field;
    if (!isKey && !isImage(path)) return false;
    if (!isKey) secret?.check(key.value);
    target.current = isKey ? key : images;
    target.isListed = list?.isListed(path) ?? false;
    return true;
  };
  const complexity = new JsonComplexity(options);
  const splitter = new JsonSplitter(wants, target, (piece) => {
    complexity.add(piece);
    lease.take(piece.length);
  });
  const maxOther = maxJsonBytes(maxBytes);
  const maxBodyBytes = Math.max(maxOther, maxJsonBytes(list?.maxBytes ?? 0));
  const limits = { maxBytes, maxBodyBytes, timeoutMs, lease };
  let size = 0;
  const onChunk = (chunk: Uint8Array) => {
    splitter.write(chunk);
    size += chunk.length;
    if (size - target.listed > maxOther) throw tooManyBytes(maxBytes, "the body is longer");
  };
  await readBody(context, { ...limits, onChunk });
  secret?.check(key.value);
  // The JSON is in memory three times: as bytes, as a text and as values.
  lease.take(2 * splitter.kept);
  const body = splitter.end();
  if (body.length === 0) throw noImage("the body is empty");
  return { json: parseJsonObject(body, options), images };
}

/** Returns the maximum bytes of a body with images of `maxBytes` bytes in base64. */
function maxJsonBytes(maxBytes: number): number {
  // Base64 needs four characters for three bytes.
  return Math.ceil(maxBytes / 3) * 4 + MAX_OVERHEAD;
}

/**
 * Receiver that passes each text on to another receiver. `current` and `isListed` must be set
 * before the text starts.
 */
class TargetSink implements TextSink {
  current: TextSink | undefined;
  isListed = false;
  /** Bytes of the texts of the list. */
  listed = 0;

  get placeholder(): string {
    return this.current?.placeholder ?? "";
  }

  start(): void {
    this.current?.start();
  }

  write(piece: Uint8Array): void {
    if (this.isListed) this.listed += piece.length;
    this.current?.write(piece);
  }
}
