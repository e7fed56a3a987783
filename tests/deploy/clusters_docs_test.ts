import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { startServer } from "../platforms/host/start_server.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { pythonTools } from "../python_tools.ts";

const DOCS = new URL("../../docs/clusters.md", import.meta.url);
const TRITON = new URL("../routes/open_inference/requirements.txt", import.meta.url);

Deno.test("docs/clusters.md", async (test) => {
  await using server = await startServer();
  const address = new URL(server.url).host;
  const folder = await Deno.makeTempDir();
  await Deno.writeFile(`${folder}/photo.jpg`, fruitImage());
  const docs = (await Deno.readTextFile(DOCS)).replaceAll("localhost:8000", address);
  const blocks = (language: string) =>
    [...docs.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(([, code]) =>
      code!
    );
  const run = async (program: string | URL, ...args: string[]) => {
    const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd: folder })
      .output();
    assert(success, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  };

  await test.step("has Python that finds the orange", async () => {
    const [code, ...more] = blocks("python");
    assertEquals(more, []);
    const python = new URL("python", await pythonTools(TRITON));
    assertMatch(await run(python, "-c", code!), /^orange 0\.\d+ \[/);
  });

  await test.step("has commands that find the orange", async () => {
    const commands = blocks("bash");
    assertEquals(commands.length, 2);
    for (const command of commands) {
      const { outputs } = JSON.parse(await run("bash", "-c", command));
      const labels = outputs.find(({ name }: { name: string }) => name === "labels");
      assertEquals(labels.data[0], "orange");
    }
  });

  await test.step("lists the outputs and the paths", async () => {
    const { outputs } = await (await fetch(`${server.url}/v2/models/everyday8`)).json();
    for (const { name, datatype } of outputs) {
      assertMatch(docs, new RegExp(`\\| \`${name}\` +\\| \`${datatype}\``));
    }
    for (const path of ["/v2", "/v2/health/live", "/v2/health/ready", "/v2/repository/index"]) {
      assertStringIncludes(docs, path);
    }
  });
  await Deno.remove(folder, { recursive: true });
});
