import { ImageTextDecoder } from "../../../routes/detect/image_text.ts";
import { InPlaceBytes } from "../../../routes/http/in_place_bytes.ts";

/** Decodes a whole text in its own memory, as the routes decode the fields of a form. */
export function decodeImageText(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(text);
  const decoder = new ImageTextDecoder(new InPlaceBytes(bytes));
  decoder.write(bytes);
  return decoder.end();
}
