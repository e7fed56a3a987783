import { assert, assertEquals } from "@std/assert";
import { finishedSchema, headsSchema } from "../src/manifest/manifest_schema.ts";
import { main } from "../src/commands/model/main.ts";
import { runMain } from "./commands/run_main.ts";

const PAGE = await Deno.readTextFile(new URL("../docs/bring-your-own.md", import.meta.url));

Deno.test("docs/bring-your-own.md blames only properties that manifests have", () => {
  const table = PAGE.slice(PAGE.indexOf("## What goes wrong"), PAGE.indexOf("## 4."));
  const properties = [...table.matchAll(/`((?:\w+\.)+\w+)`/g)].map(([, path]) => path!);
  assert(properties.length >= 20, properties.join());
  const schemas = JSON.stringify([finishedSchema, headsSchema].map((s) => s.toJSONSchema()));
  const unknown = properties.filter((path) => {
    const [owner, key] = path.split(".");
    return !(owner! in headsSchema.shape) || !schemas.includes(`"${key}":`);
  });
  assertEquals(unknown, []);
});

Deno.test("docs/bring-your-own.md shows commands with options that exist", async () => {
  const commands = [...PAGE.matchAll(/^deno task model (\w+) (.*)$/gm)];
  assertEquals(commands.map(([, name]) => name), ["new", "check", "doctor"]);
  for (const [, name, rest] of commands) {
    // The files are missing, so a command that takes its options fails at the first file.
    const { stderr } = await runMain(main, name!, ...rest!.split(" "));
    assert(!/Unknown option|is missing/.test(stderr), stderr);
    assert(/retina|no such file|ENOENT|unknown model/i.test(stderr), stderr);
  }
});

Deno.test("docs/bring-your-own.md shows Python that parses", async () => {
  const blocks = [...PAGE.matchAll(/```python\n([\s\S]*?)```/g)].map(([, code]) => code!);
  assertEquals(blocks.length, 2);
  for (const code of blocks) {
    const process = new Deno.Command("python3", {
      args: ["-c", "import ast, sys; ast.parse(sys.stdin.read())"],
      stdin: "piped",
      stderr: "piped",
    }).spawn();
    const writer = process.stdin.getWriter();
    await writer.write(new TextEncoder().encode(code));
    await writer.close();
    const { success, stderr } = await process.output();
    assert(success, new TextDecoder().decode(stderr));
  }
});
