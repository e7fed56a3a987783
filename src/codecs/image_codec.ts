import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import { endsEarly } from "../image/formats/ends_early.ts";
import type { ImageHeader } from "../image/formats/image_header.ts";
import type { Pixels } from "../image/pixels.ts";
import type { ImageCodec } from "../ports/image_codec.ts";
import { avifDecoder, decodeAvif } from "./avif.ts";
import { decodeBmp } from "./bmp.ts";
import { decodeGif } from "./gif.ts";
import { decodeJpeg } from "./jpeg.ts";
import { decodePng } from "./png.ts";
import { decodeWebp, webpDecoder } from "./webp.ts";

/** The decoders, compiled; each runtime gets at them in its own way. */
export interface CodecModules {
  /** imagescript's `wasm/any/jpeg.wasm`. */
  readonly jpeg: WebAssembly.Module;
  /** imagescript's `wasm/any/png.wasm`. */
  readonly png: WebAssembly.Module;
  /** imagescript's `wasm/any/gif.wasm`. */
  readonly gif: WebAssembly.Module;
  /** icodec's `webp-dec.wasm`. */
  readonly webp: WebAssembly.Module;
  /** icodec's `avif-dec.wasm`; without it AVIF is a format that is not read. */
  readonly avif?: WebAssembly.Module;
}

/** A decoder for each format, by the header; BMP is decoded by ourselves. */
type Decoders = Readonly<
  Record<
    ImageHeader["format"],
    (bytes: Uint8Array, header: ImageHeader, atLeast: Size) => Pixels
  >
>;

/**
 * A codec over wasm files of imagescript and icodec.
 *
 * They are driven directly: imagescript's `Image.decode` never asks for a reduced JPEG, and both
 * packages' own entries compile wasm or JavaScript as they run, which not every runtime allows.
 */
export function imageCodec(modules: CodecModules): ImageCodec {
  const decoders = decodersOf(modules);
  return {
    decode(bytes, header, atLeast) {
      try {
        return decoders[header.format](bytes, header, atLeast);
      } catch (error) {
        // The decoder said no, or trapped on data that it did not expect.
        throw asDomainError(error, bytes, header);
      }
    },
  };
}

function decodersOf({ jpeg, png, gif, webp, avif }: CodecModules): Decoders {
  const ofWebp = webpDecoder(webp);
  const ofAvif = avif === undefined ? undefined : avifDecoder(avif);
  return {
    jpeg: (bytes, header, atLeast) => decodeJpeg(jpeg, bytes, header, atLeast),
    png: (bytes, header) => decodePng(png, bytes, header),
    gif: (bytes, header) => decodeGif(gif, bytes, header),
    webp: (bytes) => decodeWebp(ofWebp, bytes),
    bmp: (bytes) => decodeBmp(bytes),
    avif: (bytes, header) => {
      if (ofAvif === undefined) throw notHere("AVIF");
      return decodeAvif(ofAvif, bytes, header);
    },
  };
}

function notHere(format: string): DomainError {
  return new DomainError(
    "unsupported-format",
    `Cannot decode ${format} as this server does not read it. Save it as JPEG and send that.`,
  );
}

const NAMES: Readonly<Record<ImageHeader["format"], string>> = {
  jpeg: "JPEG",
  png: "PNG",
  gif: "GIF",
  webp: "WebP",
  avif: "AVIF",
  bmp: "BMP",
};

function asDomainError(error: unknown, bytes: Uint8Array, header: ImageHeader): DomainError {
  if (error instanceof DomainError && error.code === "unsupported-format") return error;
  const format = NAMES[header.format];
  if (endsEarly(bytes, header.format)) {
    return new DomainError(
      "truncated-image",
      `Cannot decode ${format} as it ends too early, after ${bytes.length} bytes. Was it sent whole?`,
    );
  }
  if (error instanceof DomainError) return error;
  return new DomainError("corrupt-image", `Cannot decode ${format} as its data is damaged`);
}
