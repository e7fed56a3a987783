import type { Size } from "../core/size.ts";
import type { JpegHeader } from "../image/formats/jpeg.ts";
import { checkScans } from "../image/formats/jpeg_scans.ts";
import type { ImageHeader } from "../image/formats/read_header.ts";
import type { Pixels } from "../image/pixels.ts";
import type { NativeDecoder } from "../ports/image_codec.ts";

/** Header of a JPEG that a native library may decode. */
export type NativeJpegHeader = JpegHeader & { readonly channels: 1 | 3 };

/**
 * Creates the decoder of a native library. Other formats, four colour components, and a height that
 * follows the first scan are left to the decoder in WebAssembly.
 *
 * @param decode Decodes a JPEG as {@linkcode NativeDecoder} describes.
 */
export function nativeJpegDecoder(
  decode: (
    bytes: Uint8Array,
    header: NativeJpegHeader,
    atLeast: Size,
  ) => Promise<Pixels | undefined>,
): NativeDecoder {
  return async (bytes, header, atLeast) => {
    if (!isNativeJpeg(header)) return undefined;
    // Refuses images whose scans take too long, as the decoder in WebAssembly does.
    if (header.coefficientBytes !== undefined) checkScans(bytes, header);
    return await decode(bytes, header, atLeast);
  };
}

function isNativeJpeg(header: ImageHeader): header is NativeJpegHeader {
  if (header.format !== "jpeg") return false;
  const { channels, heightAt } = header;
  return (channels === 1 || channels === 3) && heightAt === undefined;
}
