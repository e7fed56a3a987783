import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import { endsEarly } from "../image/ends_early.ts";
import type { ImageHeader } from "../image/image_header.ts";
import type { Pixels } from "../image/pixels.ts";
import type { ImageCodec } from "../ports/image_codec.ts";
import { decodeGif } from "./gif_decoder.ts";
import { decodeJpeg } from "./jpeg_decoder.ts";
import { decodePng } from "./png_decoder.ts";

/** imagescript's decoders, compiled; each runtime gets at them in its own way. */
export interface CodecModules {
  /** `wasm/any/jpeg.wasm`. */
  readonly jpeg: WebAssembly.Module;
  /** `wasm/any/png.wasm`. */
  readonly png: WebAssembly.Module;
  /** `wasm/any/gif.wasm`. */
  readonly gif: WebAssembly.Module;
}

/**
 * A codec over imagescript's own wasm files.
 *
 * They are driven directly because imagescript's `Image.decode` never asks for a reduced JPEG,
 * and because its npm entry compiles wasm from bytes, which not every runtime allows.
 */
export function imagescriptCodec(modules: CodecModules): ImageCodec {
  return {
    decode(bytes, header, atLeast) {
      try {
        return decode(modules, bytes, header, atLeast);
      } catch (error) {
        // The decoder said no, or trapped on data that it did not expect.
        throw asDomainError(error, bytes, header);
      }
    },
  };
}

function decode(
  modules: CodecModules,
  bytes: Uint8Array,
  header: ImageHeader,
  atLeast: Size,
): Pixels {
  switch (header.format) {
    case "jpeg":
      return decodeJpeg(modules.jpeg, bytes, header, atLeast);
    case "png":
      return decodePng(modules.png, bytes, header);
    case "gif":
      return decodeGif(modules.gif, bytes, header);
  }
}

function asDomainError(error: unknown, bytes: Uint8Array, header: ImageHeader): DomainError {
  const format = header.format.toUpperCase();
  if (endsEarly(bytes, header.format)) {
    return new DomainError(
      "truncated-image",
      `Cannot decode ${format} as it ends too early, after ${bytes.length} bytes. Was it sent whole?`,
    );
  }
  if (error instanceof DomainError) return error;
  return new DomainError("corrupt-image", `Cannot decode ${format} as its data is damaged`);
}
