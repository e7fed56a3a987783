import { assertEquals, assertRejects } from "@std/assert";
import { expandInputs } from "../../../src/commands/inputs/expand_inputs.ts";

const io = { print: () => {}, printError: () => {} };

const FILES = ["b10.jpg", "b9.JPG", "notes.txt", ".hidden.png", "sub/c.webp", "sub/a[1].png"];
const folder = await Deno.makeTempDir();
await Deno.mkdir(`${folder}/sub`);
await Deno.mkdir(`${folder}/empty`);
for (const name of FILES) await Deno.writeTextFile(`${folder}/${name}`, name);

const CASES: [claim: string, operands: string[], expected: string[]][] = [
  ["a folder is all images below it, numbers by value", [""], [
    ...["b9.JPG", "b10.jpg", "sub/a[1].png", "sub/c.webp"],
  ]],
  ["a glob matches below its folder", ["/**/*.webp"], ["sub/c.webp"]],
  ["a glob matches any extension", ["/*.t*"], ["notes.txt"]],
  ["a file with brackets is no glob", ["/sub/a[1].png"], ["a[1].png"]],
  ["the order is that of the arguments", ["/sub/c.webp", "/b10.jpg"], ["c.webp", "b10.jpg"]],
  ["a file may come twice", ["/b10.jpg", "/b10.jpg"], ["b10.jpg", "b10.jpg"]],
];

for (const [claim, operands, expected] of CASES) {
  Deno.test(`expandInputs(): ${claim}`, async () => {
    const sources = await expandInputs(operands.map((each) => folder + each), { io });
    assertEquals(sources.map(({ relativePath }) => relativePath), expected);
    for (const { read, relativePath } of sources) {
      const text = new TextDecoder().decode(await read());
      assertEquals(text.endsWith(relativePath), true, text);
    }
  });
}

Deno.test("expandInputs() leaves out the images of an output folder below the folder", async () => {
  const outputFolders = [`${folder}/sub`];
  const below = await expandInputs([folder], { io, outputFolders });
  assertEquals(below.map(({ relativePath }) => relativePath), ["b9.JPG", "b10.jpg"]);
  const same = await expandInputs([`${folder}/sub`], { io, outputFolders });
  assertEquals(same.length, 2);
});

const FAULTS: [operand: string, fault: string][] = [
  ["/none.jpg", "there is no such file"],
  ["/empty", "there is no image in it"],
  ["/*.bmp", "no file matches it"],
];

for (const [operand, fault] of FAULTS) {
  Deno.test(`expandInputs() makes ${operand} a source that fails`, async () => {
    const [source, ...more] = await expandInputs([folder + operand], { io });
    assertEquals(more, []);
    await assertRejects(source!.read, Error, `Cannot open ${folder}${operand} as ${fault}`);
  });
}

Deno.test("expandInputs() reads - from standard input, which must not be empty", async () => {
  const bytes = new Uint8Array([1, 2]);
  const readInput = () => Promise.resolve(bytes);
  const [source] = await expandInputs(["-"], { io: { ...io, readInput } });
  assertEquals(await source!.read(), bytes);
  const empty = () => Promise.resolve(new Uint8Array());
  const [none] = await expandInputs(["-"], { io: { ...io, readInput: empty } });
  await assertRejects(none!.read, Error, "as it is empty");
});

Deno.test("expandInputs() downloads a URL, and says why it cannot", async () => {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/large.jpg") return new Response(new Uint8Array(20_000_001));
    return new Response("image", { status: pathname === "/cat%20one.jpg" ? 200 : 404 });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const [cat, lost, large] = await expandInputs(
    [`${url}/cat%20one.jpg?size=2`, `${url}/lost.jpg`, `${url}/large.jpg`],
    { io },
  );
  assertEquals(new TextDecoder().decode(await cat!.read()), "image");
  assertEquals(cat!.relativePath, "cat_20one.jpg");
  await assertRejects(lost!.read, Error, `Cannot fetch ${url}/lost.jpg as the answer is 404`);
  await assertRejects(large!.read, Error, "at most 20000000 bytes");
  await server.shutdown();
  await assertRejects(cat!.read, Error, "the server cannot be reached");
});
