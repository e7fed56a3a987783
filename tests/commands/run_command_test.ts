import { assertEquals } from "@std/assert";
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import process from "node:process";
import { commandMain, isMain } from "../../src/commands/shared/run_command.ts";
import { runMain } from "./run_main.ts";

Deno.test("commandMain() returns the exit code of the command, 0 if it returns none", async () => {
  const three = commandMain(() => Promise.resolve(3));
  const none = commandMain(() => Promise.resolve());
  assertEquals((await runMain(three)).code, 3);
  assertEquals((await runMain(none)).code, 0);
});

Deno.test("commandMain() prints the message of an error and returns 1", async () => {
  const failing = commandMain(() => Promise.reject(new TypeError("Cannot do that")));
  assertEquals(await runMain(failing), { code: 1, stdout: "", stderr: "Cannot do that\n" });
});

Deno.test("commandMain() says in plain English that a file is missing", async () => {
  const reading = commandMain(async () => void await readFile("none.json"));
  const text = "Cannot open none.json as there is no such file";
  assertEquals(await runMain(reading), { code: 1, stdout: "", stderr: `${text}\n` });
  const { stdout } = await runMain(reading, "--json");
  assertEquals(JSON.parse(stdout), { error: { message: text } });
});

Deno.test("isMain() returns import.meta.main where the runtime has it", () => {
  assertEquals(isMain({ main: true, url: "file:///elsewhere.js" }), true);
  assertEquals(isMain({ main: false, url: "file:///elsewhere.js" }), false);
});

Deno.test("isMain() compares the started program elsewhere, through symbolic links", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  await Deno.writeTextFile(`${folder}/serve.js`, "");
  await Deno.symlink(`${folder}/serve.js`, `${folder}/retinanet-edge`);
  const [, before] = process.argv;
  process.argv[1] = `${folder}/retinanet-edge`;
  try {
    assertEquals(isMain({ url: pathToFileURL(`${folder}/serve.js`).href }), true);
    assertEquals(isMain({ url: pathToFileURL(`${folder}/other.js`).href }), false);
  } finally {
    process.argv[1] = before!;
    await Deno.remove(folder, { recursive: true });
  }
});
