import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "yaml";
import project from "../../deno.json" with { type: "json" };
import { readConfig } from "../../src/server/config.ts";
import { run } from "./run.ts";

const FILE = new URL("../../deploy/compose.yaml", import.meta.url);
const text = await Deno.readTextFile(FILE);

Deno.test("deploy/compose.yaml matches the Compose Specification", async () => {
  const { success, said } = await lint(text);
  assert(success, said);
});

for (
  const [mistake, from, to] of [
    ["an unknown field", "read_only:", "readonly:"],
    ["a wrong type", "pids_limit: 256", "pids_limit: [256]"],
    ["an unknown restart policy field", "driver: local", "drivers: local"],
  ] as const
) {
  Deno.test(`deploy/compose.yaml would be refused with ${mistake}`, async () => {
    assert(text.includes(from));
    assertEquals((await lint(text.replace(from, to))).success, false);
  });
}

Deno.test("deploy/compose.yaml agrees with the server and the Dockerfile", async () => {
  const { services: { server } } = parse(text);
  const config = readConfig(server.environment);
  assert(1000 * parseInt(server.stop_grace_period) > config.SHUTDOWN_TIMEOUT_MS);
  assertEquals(server.image, `retinanet-edge:${project.version}`);
  const dockerfile = await Deno.readTextFile(new URL("../../Dockerfile", import.meta.url));
  const [, , port] = server.ports[0].split(":");
  assertStringIncludes(dockerfile, `EXPOSE ${port}\n`);
  assertEquals([server.read_only, server.cap_drop], [true, ["ALL"]]);
});

/** Checks a file against the JSON schema of the Compose Specification, with dclint. */
async function lint(content: string) {
  const folder = await Deno.makeTempDir();
  const rules = { "no-build-and-image": 0, "require-quotes-in-ports": 0 };
  await Deno.writeTextFile(`${folder}/compose.yaml`, content);
  await Deno.writeTextFile(`${folder}/.dclintrc.json`, JSON.stringify({ rules }));
  const deno = ["run", "-A", "--no-lock", "--no-config", "--node-modules-dir=none"];
  const options = ["--config", `${folder}/.dclintrc.json`, `${folder}/compose.yaml`];
  const answer = await run(Deno.execPath(), [...deno, "npm:dclint@3.1.0", ...options]);
  await Deno.remove(folder, { recursive: true });
  return answer;
}
