import { fruitImage } from "../sample_images/fruit_image.ts";

const FORMATS = new URL("../sample_images/formats/", import.meta.url);

/** Reads valid images of all formats; the model detects an object in the first. */
export async function goodImages(): Promise<Uint8Array<ArrayBuffer>[]> {
  const images = [fruitImage()];
  for await (const { name } of Deno.readDir(FORMATS)) {
    if (/\.(jpe?g|png|gif|webp|avif|bmp)$/.test(name)) {
      images.push(await Deno.readFile(new URL(name, FORMATS)));
    }
  }
  return images;
}
