import { assertEquals, assertLess } from "@std/assert";
import { createHash } from "node:crypto";
import { PNG_WASM } from "./decode_png.ts";

const HASH_FILE = new URL("../../wasm/png/png.wasm.sha256", import.meta.url);

const bytes = await Deno.readFile(PNG_WASM);

Deno.test("png.wasm is the build whose SHA-256 wasm/png names", async () => {
  const [expected] = (await Deno.readTextFile(HASH_FILE)).split(" ");
  assertEquals(createHash("sha256").update(bytes).digest("hex"), expected);
});

Deno.test("png.wasm is small and imports nothing", async () => {
  assertLess(bytes.length, 50_000);
  const module = await WebAssembly.compile(bytes);
  assertEquals(WebAssembly.Module.imports(module), []);
  const functions = WebAssembly.Module.exports(module).filter(({ kind }) => kind === "function");
  assertEquals(functions.map(({ name }) => name).sort(), [
    ...["allocateFile", "allocatePixels", "channels", "endsEarly", "failure", "height"],
    ...["isComplete", "readHeader", "readPixels", "width"],
  ]);
});
