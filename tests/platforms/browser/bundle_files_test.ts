import { assertEquals } from "@std/assert";
import { basename } from "node:path";
import { filesIn } from "../../../packaging/tools.ts";
import { browserAssets } from "../../../src/platforms/browser/assets.ts";
import { bundle } from "./bundle.ts";

Deno.test("the browser bundle has the wasm files that it loads, and no file of 25 MiB", async () => {
  const folder = await bundle();
  const files = await Array.fromAsync(filesIn(folder.pathname.replace(/\/$/, "")));
  const sizes = await Promise.all(files.map(async (file) => (await Deno.stat(file)).size));
  assertEquals(files.filter((_, i) => sizes[i]! >= 25 * 2 ** 20), []);
  const { jpeg, png, webp, avif, wasm, webgpu, webgpuAsyncify } = browserAssets();
  const loaded = [jpeg, png, webp, avif, wasm.wasm, webgpu.wasm, webgpuAsyncify.wasm];
  const found = files.filter((file) => /\.wasm\b/.test(file)).map((file) => basename(file));
  assertEquals(found.sort(), loaded.map((url) => basename(url)).sort());
});
