import { assertStringIncludes } from "@std/assert";

Deno.test("docs/runtimes.md shows the programs of these tests", async () => {
  const docs = await Deno.readTextFile(new URL("../../../docs/runtimes.md", import.meta.url));
  for (const name of ["node_serve.mjs", "bun.mjs", "lambda.mjs", "vercel.mjs"]) {
    const program = await Deno.readTextFile(new URL(`project/${name}`, import.meta.url));
    assertStringIncludes(docs, `\`\`\`js\n${program}\`\`\``);
  }
  const deno = await Deno.readTextFile(new URL("project/deno.mjs", import.meta.url));
  assertStringIncludes(docs, `\`${deno.trim().replace(/;$/, "")}\``);
});
