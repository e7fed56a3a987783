import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { embindDecoder } from "../../src/codecs/embind_decoder.ts";
import type { EmbindBuild } from "../../src/codecs/embind_build.ts";
import { AVIF_BUILD, WEBP_BUILD } from "../../src/codecs/icodec_builds.ts";
import { imageCodec } from "../../src/codecs/image_codec.ts";
import { checkWasm } from "../../packaging/check_wasm.ts";

for (const build of [WEBP_BUILD, AVIF_BUILD]) {
  const file = new URL(import.meta.resolve(`icodec/${build.file}`));

  Deno.test(`the installed ${build.file} is the build of the table`, async () => {
    assertEquals(await sha256Of(file), build.sha256);
    await checkWasm(file);
  });

  Deno.test(`the table of ${build.file} has exactly the imports of the installed file`, async () => {
    const imports = WebAssembly.Module.imports(await compile(file)).map(({ name }) => name);
    assertEquals(imports.sort(), Object.keys(build.imports).sort());
  });

  Deno.test(`the table of ${build.file} has the names in the JavaScript of the package`, async () => {
    const script = await Deno.readTextFile(new URL(build.file.replace(".wasm", ".js"), file));
    const entries = script.match(/wasmImports=\{(.*?)\}/)![1]!.split(",").map((entry) => {
      const [letter, name] = entry.split(":");
      // The JavaScript puts one underscore before the names of C.
      return [letter, name!.replace(/^_/, "")];
    });
    assertEquals(build.imports, Object.fromEntries(entries));
    const { setjmp = {}, ...exports } = build.exports;
    const letters = Object.fromEntries(
      [...script.matchAll(/(\w+)=wasmExports\["(\w+)"\]/g)].map(([, name, letter]) => [
        { wasmMemory: "memory", wasmTable: "__indirect_function_table" }[name!] ??
          name!.replace(/^_/, ""),
        letter,
      ]),
    );
    for (const [name, letter] of Object.entries({ ...exports, ...setjmp })) {
      assertEquals(letters[name], letter, name);
    }
  });

  Deno.test(`embindDecoder() refuses ${build.file} of another build and says why`, async () => {
    const module = await compile(file);
    const [[letter, name] = [], ...others] = Object.entries(build.imports);
    const cases: readonly (readonly [other: EmbindBuild, found: string])[] = [
      [
        { ...build, imports: Object.fromEntries(others) },
        `import "${letter}" is not in the table`,
      ],
      [
        { ...build, imports: { ...build.imports, "?": name! } },
        `its imports lack "?" (${name})`,
      ],
      [
        { ...build, exports: { ...build.exports, malloc: build.exports.memory } },
        `it does not export function "${build.exports.memory}" (malloc)`,
      ],
      [
        { ...build, exports: { ...build.exports, memory: "?" } },
        `it does not export memory "?" (memory)`,
      ],
    ];
    for (const [other, found] of cases) {
      assertThrows(() => embindDecoder(other, module), Error, `${build.file} as it must be`);
      assertThrows(() => embindDecoder(other, module), Error, `icodec 0.6.0`);
      assertThrows(() => embindDecoder(other, module), Error, found);
    }
  });

  Deno.test(`checkWasm() refuses a changed ${build.file}`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const bytes = await Deno.readFile(file);
      bytes[bytes.length - 1]! ^= 1;
      const changed = new URL(`file://${folder}/${build.file}`);
      await Deno.writeFile(changed, bytes);
      await assertRejects(() => checkWasm(changed), Error, build.sha256);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("imageCodec() refuses a WebP decoder of another build when it is created", async () => {
  const empty = await WebAssembly.compile(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  const modules = { jpeg: empty, png: empty, webp: empty };
  assertThrows(() => imageCodec(modules), Error, "Install icodec 0.6.0");
});

async function compile(file: URL): Promise<WebAssembly.Module> {
  return await WebAssembly.compile(await Deno.readFile(file));
}

async function sha256Of(file: URL): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", await Deno.readFile(file));
  return new Uint8Array(hash).toHex();
}
