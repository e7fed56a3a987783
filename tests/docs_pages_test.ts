import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { createApp } from "../routes/app.ts";
import { main } from "../src/commands/main.ts";
import { runWith, sharedDetector } from "./commands/run_main.ts";
import { everyday8Registry } from "./everyday8.ts";
import { startServer } from "./platforms/host/start_server.ts";

const DOCS = new URL("../docs/", import.meta.url);
const PAGES = ["quick-start", "deploying", "mobile", "limits", "tuning", "faq", "comparison"];

/** Commands of the pages, without their indentation. */
const COMMANDS = (await Promise.all(PAGES.map(readPage))).flatMap((page) =>
  [...page.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) =>
    block!.trim().split("\n").map((line) => line.trim())
  )
);
const STARTS = COMMANDS.filter((line) => line.endsWith("deno task start"));
const REQUESTS = COMMANDS.filter((line) => line.startsWith("curl "));
const TASKS = COMMANDS.filter((line) => /^deno task (?!start$)/.test(line));

function readPage(name: string): Promise<string> {
  return Deno.readTextFile(new URL(`${name}.md`, DOCS));
}

Deno.test("each command of the pages starts a server, sends a request or runs a task", () => {
  assertEquals(COMMANDS.length, STARTS.length + REQUESTS.length + TASKS.length);
  assertEquals([STARTS.length, REQUESTS.length, TASKS.length], [3, 3, 4]);
});

Deno.test("the servers of the pages start", async () => {
  await Promise.all(STARTS.map(async (command) => {
    const variables = [...command.matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value]);
    await using server = await startServer({ ...Object.fromEntries(variables), LOG: "none" });
    assertMatch(server.line, /^Serving everyday8/);
  }));
});

Deno.test("the requests of the pages find the cat", async () => {
  const registry = await everyday8Registry();
  const app = createApp({ registry, maxBytes: 1_000_000, log: console.error });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, app.fetch);
  for (const command of REQUESTS) {
    const { success, stdout } = await new Deno.Command("bash", {
      args: ["-c", command.replace("127.0.0.1:8000", `127.0.0.1:${server.addr.port}`)],
      cwd: new URL("../", import.meta.url),
      stderr: "null",
    }).output();
    assert(success, command);
    assertMatch(new TextDecoder().decode(stdout), /"label":"cat"|<svg[^]*>cat /, command);
  }
  await server.shutdown();
  await registry.close();
});

Deno.test("the tasks of the pages run", async () => {
  const openDetector = sharedDetector();
  for (const command of TASKS) {
    const args = command.replace(/^deno task (retinanet-edge )?/, "").split(" ");
    const { stdout, code, stderr } = await runWith({ openDetector }, main, ...args);
    assertEquals(code, 0, stderr);
    assertGreater(stdout.length, 20, command);
  }
});

Deno.test("docs/README.md lists every page", async () => {
  const index = await readPage("README");
  const linked = [...index.matchAll(/\]\(([\w-]+\.md)\)/g)].map(([, name]) => name!);
  const pages = [];
  for await (const { name } of Deno.readDir(DOCS)) {
    if (name.endsWith(".md") && name !== "README.md") pages.push(name);
  }
  assertEquals(linked.toSorted(), pages.toSorted());
});

Deno.test("the links of the new pages lead to files and headings", async () => {
  for (const name of [...PAGES, "README"]) {
    for (
      const [, path, anchor] of (await readPage(name)).matchAll(
        /\]\((?!http)([^)#]*)(?:#([^)]+))?\)/g,
      )
    ) {
      const text = path!.endsWith("/") ? "" : await Deno.readTextFile(new URL(path!, DOCS));
      if (anchor === undefined) continue;
      const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
        heading!.toLowerCase().replace(/[^\w -]/g, "").replaceAll(" ", "-")
      );
      assert(headings.includes(anchor), `${name}.md: ${path}#${anchor}`);
    }
  }
});
