import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import { decodedBytes } from "../image/decoded_bytes.ts";
import { type FormatId, FORMATS, type ImageHeader } from "../image/formats/read_header.ts";
import type { BaseHeader, ImageFormat } from "../image/formats/image_format.ts";
import type { Pixels } from "../image/pixels.ts";
import type { ImageCodec } from "../ports/image_codec.ts";
import { avifDecoder } from "./avif.ts";
import { decodeBmp } from "./bmp.ts";
import { type Decoder, endsTooEarly } from "./decoder.ts";
import { decodeGif } from "./gif.ts";
import { jpegDecoder } from "./jpeg.ts";
import { pngDecoder } from "./png.ts";
import { webpDecoder } from "./webp.ts";

/** Compiled wasm files of the decoders; each runtime loads them in its own way. */
export interface CodecModules {
  /** `jpeg.wasm` of this folder, built by `wasm/jpeg`. */
  readonly jpeg: WebAssembly.Module;
  /** `png.wasm` of this folder, built by `wasm/png`. */
  readonly png: WebAssembly.Module;
  /** icodec's `webp-dec.wasm`. */
  readonly webp: WebAssembly.Module;
  /** icodec's `avif-dec.wasm`. Unset: AVIF is refused as an unsupported format. */
  readonly avif?: WebAssembly.Module;
}

type Decoders = { readonly [Id in FormatId]: Decoder<Id> };

/** Creates the decoders by format. To add one, write its file and add it here. */
function decodersOf({ jpeg, png, webp, avif }: CodecModules): Decoders {
  return {
    jpeg: jpegDecoder(jpeg),
    png: pngDecoder(png),
    gif: decodeGif,
    webp: webpDecoder(webp),
    avif: avif === undefined ? refusedHere : avifDecoder(avif),
    bmp: decodeBmp,
  };
}

/**
 * Estimated bytes of an image before which garbage is collected.
 *
 * The memory of earlier instances is garbage that the engine may leave for seconds: six AVIFs of
 * 430 MB in a row took 1.3 GB, and 490 MB with a collection before each.
 */
const LARGE_BYTES = 64e6;

/**
 * Creates a codec from our own wasm files and those of icodec.
 *
 * The wasm of icodec is called directly, without its JavaScript, which compiles wasm and JavaScript
 * at run time. Not every runtime allows that.
 *
 * @param collectGarbage Function that frees what earlier images have left behind; it is called
 *   before each large image. Unset: the engine decides when to free it.
 * @throws {Error} If a module of icodec is not the supported build.
 */
export function imageCodec(modules: CodecModules, collectGarbage?: () => void): ImageCodec {
  const decoders = decodersOf(modules);
  return {
    decode(bytes, header, atLeast) {
      if (decodedBytes(header, atLeast) >= LARGE_BYTES) collectGarbage?.();
      try {
        return decodeWith(decoders, bytes, header, atLeast);
      } catch (error) {
        // The decoder refused the data or trapped on it.
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
  return decoders[header.format](bytes, header, atLeast);
}

function refusedHere(_bytes: Uint8Array, { format }: ImageHeader): Pixels {
  throw new DomainError(
    "unsupported-format",
    `Cannot decode ${FORMATS[format].name} as this server does not read it. ` +
      "Save it as JPEG and send that.",
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
