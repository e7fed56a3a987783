import { assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { main } from "../src/commands/main.ts";
import { runWith, sharedDetector } from "./commands/run_main.ts";
import { fruitImage } from "./sample_images/fruit_image.ts";

const PAGE = await Deno.readTextFile(new URL("../docs/cli.md", import.meta.url));

/** Commands of the page, without their comments. */
const COMMANDS = [...PAGE.matchAll(/```sh\n([\s\S]*?)```/g)]
  .flatMap(([, block]) => block!.trim().split("\n"))
  .map((line) => line.replace(/ +#.*$/, ""));

const openDetector = sharedDetector();
const folder = await Deno.makeTempDir();
await Deno.mkdir(`${folder}/photos`);
for (const name of ["photo.jpg", "photos/a.jpg"]) {
  await Deno.writeFile(`${folder}/${name}`, fruitImage());
}
await Deno.writeTextFile(
  `${folder}/instances.json`,
  JSON.stringify({
    images: [{ id: 31, file_name: "a.jpg", width: 640, height: 480 }],
    categories: [{ id: 55, name: "orange" }],
    annotations: [{ id: 1, image_id: 31, category_id: 55, bbox: [150, 90, 300, 300], area: 9e4 }],
  }),
);

/** Files and folders that the commands name. */
const PATHS = /^(photo|photos|boxes|labels|report|results|table|lines|instances)\b/;

/** Splits a command into its words, with the paths in the temporary folder. */
function wordsOf(command: string, url: string): string[] {
  const words = command.match(/"[^"]*"|\S+/g)!.map((word) => word.replaceAll('"', ""));
  return words.map((word) =>
    PATHS.test(word) ? `${folder}/${word}` : word.replace("http://127.0.0.1:8001", url)
  );
}

/** Runs a command that prints, and returns its output. */
async function run(args: readonly string[]): Promise<string> {
  const readInput = () => Promise.resolve(fruitImage());
  const { code, stdout, stderr } = await runWith({ openDetector, readInput }, main, ...args);
  assertEquals(code, 0, stderr);
  return stdout;
}

Deno.test("docs/cli.md has commands of every kind", () => {
  const names = COMMANDS.map((line) => line.match(/retinanet-edge (\S+)/)?.[1]);
  for (const name of ["serve", "detect", "eval", "bench", "model", "plan", "key", "complete"]) {
    assertEquals(names.includes(name), true, name);
  }
});

Deno.test("the commands of docs/cli.md run", async (test) => {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    () => new Response(fruitImage()),
  );
  for (const command of COMMANDS.filter((line) => !line.includes(" serve "))) {
    await test.step(command, async () => {
      const [, inner = command] = command.match(/\$\((.*)\)/) ?? [];
      const [, args] = inner.match(/(?:^|\| )retinanet-edge ([^>]*)/)!;
      const words = wordsOf(args!, `http://127.0.0.1:${server.addr.port}`);
      const output = await run(words);
      const out = words.filter((_, index) => words[index - 1] === "--out");
      for (const path of out) assertGreater((await Deno.stat(path)).size, 0);
      if (out.length === 0) assertGreater(output.length, 5);
    });
  }
  await server.shutdown();
  const [result] = JSON.parse(await Deno.readTextFile(`${folder}/results.json`));
  assertEquals([result.image_id, result.category_id], [31, 55]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the command of docs/cli.md that serves does so, and stops", async () => {
  const [command, ...more] = COMMANDS.filter((line) => line.includes(" serve "));
  assertEquals(more, []);
  const args = command!.replace(/--port \d+/, "--port 0").split(" ").slice(1);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "src/commands/main.ts", ...args],
    cwd: new URL("../", import.meta.url),
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  assertStringIncludes(value!, "Serving everyday8 at http://127.0.0.1:");
  child.kill("SIGTERM");
  while (!(await reader.read()).done);
  assertEquals((await child.status).code, 0);
});
