import { assertEquals } from "@std/assert";
import type { BaseHeader, ImageFormat } from "../../../src/image/formats/image_format.ts";
import { type FormatId, FORMATS } from "../../../src/image/formats/read_header.ts";

const IMAGES = new URL("../../sample_images/formats/", import.meta.url);

const IMAGE_ENDS: readonly (readonly [file: string, format: FormatId, endBytes: number])[] = [
  ["rgb.avif", "avif", 1], // Last byte of the last box.
];

for (const [file, format, endBytes] of IMAGE_ENDS) {
  Deno.test(`endsEarly() is true for ${file} without its last ${endBytes} bytes`, async () => {
    const bytes = await Deno.readFile(new URL(file, IMAGES));
    assertEquals(endsEarly(bytes, format), false);
    assertEquals(endsEarly(bytes.slice(0, -endBytes), format), true);
    assertEquals(endsEarly(bytes.slice(0, bytes.length / 2), format), true);
  });
}

function endsEarly(bytes: Uint8Array, id: FormatId): boolean | undefined {
  const format: ImageFormat<BaseHeader> = FORMATS[id];
  return format.endsEarly?.(bytes);
}
