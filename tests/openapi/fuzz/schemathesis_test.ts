import { assert, assertGreater, assertMatch } from "@std/assert";
import { spawnServe } from "../../platforms/host/spawn_serve.ts";
import { pythonTools } from "../../python_tools.ts";
import { newApiKey } from "../../routes/quick_app.ts";

const HERE = new URL("./", import.meta.url);

Deno.test("schemathesis finds nothing against a running server", async () => {
  const { key, accepted: { name, sha256 } } = await newApiKey("schemathesis");
  const server = await spawnServe({ API_KEYS: `${name}:${sha256}`, WORKERS: "1" });
  try {
    const { success, said } = await schemathesis(`${server.url}/openapi.json`, key);
    assert(success, said);
    // Every operation, with many requests.
    const { paths } = await (await fetch(`${server.url}/openapi.json`)).json() as {
      readonly paths: Readonly<Record<string, object>>;
    };
    const methods = Object.values(paths).flatMap((path) => Object.keys(path));
    const operations = methods.filter((method) => /^(get|put|post|delete|patch)$/.test(method));
    assertMatch(said, new RegExp(`Tested: ${operations.length}\\b`));
    assertGreater(Number(said.match(/(\d+) generated/)?.[1]), 2000);
  } finally {
    server.process.kill("SIGTERM");
    await server.process.status;
    await server.process.stdout.cancel();
  }
});

async function schemathesis(url: string, key: string) {
  const python = await pythonTools(new URL("requirements.txt", HERE));
  const options = ["--config-file", new URL("schemathesis.toml", HERE).pathname, "--no-color"];
  const folder = await Deno.makeTempDir();
  const { success, stdout, stderr } = await new Deno.Command(new URL("st", python).pathname, {
    args: [...options, "run", url, "--header", `Authorization: Bearer ${key}`],
    env: {
      PYTHONPATH: HERE.pathname,
      PYTHONDONTWRITEBYTECODE: "1",
      SCHEMATHESIS_HOOKS: "hooks",
    },
    cwd: folder,
  }).output();
  await Deno.remove(folder, { recursive: true });
  const decoder = new TextDecoder();
  return { success, said: decoder.decode(stdout) + decoder.decode(stderr) };
}
