import { assertEquals } from "@std/assert";
import { serverlessApp } from "../../../src/platforms/serverless/app.ts";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { sceneJpeg } from "../../sample_images/fruit_scene.ts";
import { exists, SHARED } from "../../testing.ts";

/** Settings with which every runtime computes the same values: one engine, one thread. */
export const SAME = { ENGINE: "wasm", THREADS: "1", LOG: "none" };

/** Function like `fetch()` for one server. */
export type Ask = (path: string, init?: RequestInit) => Promise<Response>;

const FORMATS = new URL("../../sample_images/formats/", import.meta.url);

/** Reads an image for every decoder, a large one, and the real photos if they are here. */
export async function hostImages(): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  const images = new Map([["fruit.png", fruitImage()], ["scene.jpg", await sceneJpeg()]]);
  for (const name of ["cat_1080p.jpg", "kite_and_cold.jpg", "grace_hopper.bmp"]) {
    const file = new URL(`photos/${name}`, SHARED);
    if (exists(file)) images.set(name, await Deno.readFile(file));
  }
  for (const name of ["orientation-6.jpg", "rgb.gif", "lossy-alpha.webp", "12-bit-alpha.avif"]) {
    images.set(name, await Deno.readFile(new URL(name, FORMATS)));
  }
  return images;
}

const onDeno = serverlessApp({ peerAddress: () => undefined, environment: SAME });

/** Asserts that the server of `ask` answers like this process. */
export async function assertSameAnswers(ask: Ask): Promise<void> {
  const images = await hostImages();
  for (const [name, body] of images) {
    const found = await read(await ask("/detect?score=0.05", { method: "POST", body }));
    assertEquals({ name, ...found }, { name, ...await expected(body) });
  }
  const form = new FormData();
  const bytes = fruitImage();
  form.set("image", new File([bytes], "fruit.png"));
  form.set("score", "0.05");
  assertEquals(
    await read(await ask("/detect", { method: "POST", body: form })),
    await expected(bytes),
  );
  const text = await ask("/detect", { method: "POST", body: "not an image" });
  assertEquals([text.status, (await text.json()).code], [415, "not-an-image"]);
}

async function expected(body: BodyInit) {
  const request = new Request("http://deno/detect?score=0.05", { method: "POST", body });
  return await read(await onDeno.fetch(request));
}

/** Reads a response without its times, which differ. */
async function read(response: Response) {
  const { model, image, detections, engine } = await response.json();
  return { status: response.status, model, image, detections, engine };
}
