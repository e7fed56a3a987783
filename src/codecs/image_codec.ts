import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import { decodedBytes } from "../image/decoded_bytes.ts";
import { type FormatId, FORMATS, type ImageHeader } from "../image/formats/read_header.ts";
import type { BaseHeader, ImageFormat } from "../image/formats/image_format.ts";
import type { Pixels } from "../image/pixels.ts";
import type { ImageCodec, NativeDecoder } from "../ports/image_codec.ts";
import { avifDecoder } from "./avif.ts";
import { decodeBmp } from "./bmp.ts";
import { type Decoder, endsTooEarly } from "./decoder.ts";
import { decodeGif } from "./gif.ts";
import { heicDecoder } from "./heic.ts";
import { jpegDecoder } from "./jpeg.ts";
import { pngDecoder } from "./png.ts";
import { vectorRowPasses } from "./vector_row_passes.ts";
import { webpDecoder } from "./webp.ts";

/** Compiled wasm file of a decoder, or a function that compiles it for the first image. */
export type CodecModule = WebAssembly.Module | (() => WebAssembly.Module);

/** Wasm files of the decoders. Each runtime has its own way to load wasm files. */
export interface CodecModules {
  /** Our JPEG decoder, `jpeg.wasm`. The source code is in `wasm/jpeg`. */
  readonly jpeg: CodecModule;
  /** Our PNG decoder, `png.wasm`. The source code is in `wasm/png`. */
  readonly png: CodecModule;
  /** WebP decoder of the package icodec, `webp-dec.wasm`. */
  readonly webp: CodecModule;
  /** AVIF decoder of the package icodec, `avif-dec.wasm`. Unset: AVIF files are refused. */
  readonly avif?: CodecModule;
  /** HEIC decoder of the package libheif-js, `libheif.wasm`. Unset: HEIC files are refused. */
  readonly heic?: (() => WebAssembly.Module) | undefined;
}

/** Decoder of each image format. Undefined: images of the format are refused. */
type Decoders = { readonly [Id in FormatId]: Decoder<Id> | undefined };

/**
 * Creates the decoder of each format. To support a new format, write a decoder in a file of this
 * folder and add the decoder to this list.
 */
function decodersOf({ jpeg, png, webp, avif, heic }: CodecModules): Decoders {
  return {
    jpeg: compiled(jpeg, jpegDecoder),
    png: compiled(png, pngDecoder),
    gif: decodeGif,
    webp: compiled(webp, webpDecoder),
    avif: avif && compiled(avif, avifDecoder),
    heic: heic && heicDecoder(heic),
    bmp: decodeBmp,
  };
}

/** Creates a decoder: at once if its wasm file is compiled, otherwise for the first image. */
function compiled<Id extends FormatId>(
  module: CodecModule,
  create: (module: WebAssembly.Module) => Decoder<Id>,
): Decoder<Id> {
  if (module instanceof WebAssembly.Module) return create(module);
  let decoder: Decoder<Id> | undefined;
  return (...image) => (decoder ??= create(module()))(...image);
}

/**
 * Minimum memory of a large image, in bytes. The garbage collector runs before each large image is
 * decoded.
 *
 * The JavaScript engine alone may free the wasm memory of earlier images only after seconds.
 * Decoding six AVIF images of 430 MB each, one after another, took 1.3 GB of memory. With a garbage
 * collection before each image, decoding the same images took 490 MB.
 */
const LARGE_BYTES = 64e6;

/** Options of {@linkcode imageCodec}. */
export interface ImageCodecOptions {
  /**
   * Runs the garbage collector. Called before each large image is decoded, to free the memory of
   * earlier images. Unset: the JavaScript engine decides when to collect garbage.
   */
  readonly collectGarbage?: (() => void) | undefined;
  /** Faster decoder for some images. Unset: the wasm files decode all images. */
  readonly native?: NativeDecoder | undefined;
}

/**
 * Creates an image codec from the wasm files of the decoders.
 *
 * Uses the wasm files of the package icodec, but not the package's JavaScript. The JavaScript of
 * icodec compiles code at run time, which some runtimes forbid.
 *
 * @throws {Error} If a wasm file of icodec is not the supported build.
 */
export function imageCodec(
  modules: CodecModules,
  { collectGarbage, native }: ImageCodecOptions = {},
): ImageCodec {
  const decoders = decodersOf(modules);
  return {
    native,
    createRowPasses: vectorRowPasses,
    checkFormat(format) {
      if (decoders[format] === undefined) throw refusedHere(format);
    },
    decode(bytes, header, atLeast) {
      if (decodedBytes(header, atLeast) >= LARGE_BYTES) collectGarbage?.();
      try {
        return decodeWith(decoders, bytes, header, atLeast);
      } catch (error) {
        // The decoder threw an error of ours, or its wasm trapped (crashed).
        throw asDomainError(error, bytes, FORMATS[header.format]);
      }
    },
  };
}

function decodeWith<Id extends FormatId>(
  decoders: Decoders,
  bytes: Uint8Array,
  header: ImageHeader<Id>,
  atLeast: Size,
): Pixels {
  const decode = decoders[header.format];
  if (decode === undefined) throw refusedHere(header.format);
  return decode(bytes, header, atLeast);
}

const FROM_PHONE = ' (on an iPhone: Settings, Camera, Formats, "Most Compatible")';

function refusedHere(format: FormatId): DomainError {
  return new DomainError(
    "unsupported-format",
    `Cannot decode ${FORMATS[format].name} as this server does not read it. ` +
      `Save it as JPEG and send that${format === "heic" ? FROM_PHONE : ""}.`,
  );
}

function asDomainError(
  error: unknown,
  bytes: Uint8Array,
  { name, endsEarly }: ImageFormat<BaseHeader>,
): DomainError {
  if (error instanceof DomainError && error.code === "unsupported-format") return error;
  if (endsEarly?.(bytes)) return endsTooEarly(name, bytes);
  if (error instanceof DomainError) return error;
  return new DomainError("corrupt-image", `Cannot decode ${name} as its data is damaged`);
}
