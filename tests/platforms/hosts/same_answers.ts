import { assertEquals } from "@std/assert";
import { isolateApp } from "../../../src/platforms/serverless/app.ts";
import { fruitImage } from "../../sample_images/fruit_image.ts";

/** Settings by which every runtime computes the same: one engine, one thread, no log. */
export const SAME = { ENGINE: "wasm", THREADS: "1", LOG: "none" };

/** As `fetch`, of one server. */
export type Ask = (path: string, init?: RequestInit) => Promise<Response>;

const PHOTOS = new URL("../../../../shared/photos/", import.meta.url);
const FORMATS = new URL("../../sample_images/formats/", import.meta.url);

/** Real photos where they are to be had, and images of every decoder. */
export async function hostImages(): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  const images = new Map([["fruit.png", fruitImage()]]);
  for (const name of ["cat_1080p.jpg", "kite_and_cold.jpg", "grace_hopper.bmp"]) {
    const bytes = await Deno.readFile(new URL(name, PHOTOS)).catch(() => undefined);
    if (bytes) images.set(name, bytes);
  }
  for (const name of ["orientation-6.jpg", "rgb.gif", "lossy-alpha.webp", "12-bit-alpha.avif"]) {
    images.set(name, await Deno.readFile(new URL(name, FORMATS)));
  }
  return images;
}

const onDeno = isolateApp({ peerOf: () => undefined, environment: SAME });

/** Holds the server of `ask` to the answers that this Deno gives. */
export async function assertSameAnswers(ask: Ask): Promise<void> {
  const images = await hostImages();
  for (const [name, body] of images) {
    const found = await read(await ask("/detect?score=0.05", { method: "POST", body }));
    assertEquals({ name, ...found }, { name, ...await expected(body) });
  }
  const form = new FormData();
  const [[name, bytes]] = images;
  form.set("image", new File([bytes], name));
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

/** What an answer says of the image; its times differ. */
async function read(response: Response) {
  const { model, image, detections, engine } = await response.json();
  return { status: response.status, model, image, detections, engine };
}
