import { assertEquals, assertLess } from "@std/assert";
import { createHash } from "node:crypto";
import { JPEG_WASM } from "./decode_jpeg.ts";

const HASH_FILE = new URL("../../wasm/jpeg/jpeg.wasm.sha256", import.meta.url);

const bytes = await Deno.readFile(JPEG_WASM);

Deno.test("jpeg.wasm is the build whose SHA-256 wasm/jpeg names", async () => {
  const [expected] = (await Deno.readTextFile(HASH_FILE)).split(" ");
  assertEquals(createHash("sha256").update(bytes).digest("hex"), expected);
});

Deno.test("jpeg.wasm is small and imports nothing", async () => {
  assertLess(bytes.length, 100_000);
  const module = await WebAssembly.compile(bytes);
  assertEquals(WebAssembly.Module.imports(module), []);
  const functions = WebAssembly.Module.exports(module).filter(({ kind }) => kind === "function");
  assertEquals(functions.map(({ name }) => name).sort(), [
    ...["allocateFile", "channels", "endsEarly", "failure", "failureNumbers", "height"],
    ...["isComplete", "readFile", "readPixels", "width"],
  ]);
});
