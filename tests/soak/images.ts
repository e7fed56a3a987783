import { fruitImage } from "../sample_images/fruit_image.ts";

const FORMATS = new URL("../sample_images/formats/", import.meta.url);

/** Whole images of the formats that are read; the first one has something in it. */
export async function goodImages(): Promise<Uint8Array<ArrayBuffer>[]> {
  const images = [fruitImage()];
  for await (const { name } of Deno.readDir(FORMATS)) {
    if (/\.(jpe?g|png|gif|webp|avif|bmp)$/.test(name)) {
      images.push(await Deno.readFile(new URL(name, FORMATS)));
    }
  }
  return images;
}
