import { assertEquals } from "@std/assert";
import { builtPackage } from "./built_package.ts";
import { executable } from "./executable.ts";

for (const runtime of ["node22", "node24", "bun"] as const) {
  // The server stops reading a body that it refuses.
  Deno.test(`decompress() does not end ${runtime} if its caller stops early`, async () => {
    const script = new URL("decompress_early.js", import.meta.url).pathname;
    const module = new URL("routes/http/content_coding.js", await builtPackage()).href;
    const command = new Deno.Command(await executable(runtime), { args: [script, module] });
    const { code, stdout, stderr } = await command.output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    assertEquals([code, text(stdout)], [0, "alive"], text(stderr));
  });
}
