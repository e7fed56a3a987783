import { fruitPicture } from "../sample_images/fruit_image.ts";

const FORMATS = new URL("../sample_images/formats/", import.meta.url);

/** Whole pictures of the formats that are read; the first one has something in it. */
export async function goodPictures(): Promise<Uint8Array<ArrayBuffer>[]> {
  const pictures = [fruitPicture()];
  for await (const { name } of Deno.readDir(FORMATS)) {
    if (/\.(jpe?g|png|gif|webp|avif|bmp)$/.test(name)) {
      pictures.push(await Deno.readFile(new URL(name, FORMATS)));
    }
  }
  return pictures;
}
