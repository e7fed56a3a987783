import { assert, assertEquals } from "@std/assert";
import { childrenOf } from "../hosts/children_of.ts";

const ROOT = new URL("../../../", import.meta.url);

Deno.test("EXIT_ON_LOAD_FAILURE ends a server whose model does not load, with JSON lines", async () => {
  const { code, stdout, stderr } = await serve({ EXIT_ON_LOAD_FAILURE: "on", LOG: "json" })
    .output();
  assertEquals(code, 1);
  const start = linesOf(stdout)[0]!;
  assertEquals(start.level, "error");
  assert(/^Listening at http:\S+ without none: /.test(start.message), start.message);
  const end = linesOf(stderr).at(-1)!;
  assertEquals(end.level, "error");
  assert(/EXIT_ON_LOAD_FAILURE\): "none"$/.test(end.message), end.message);
});

Deno.test("a server whose model does not load runs on without EXIT_ON_LOAD_FAILURE", async () => {
  const server = serve({ LOG: "json" }).spawn();
  const reader = server.stdout.getReader();
  const start = linesOf((await reader.read()).value!)[0]!;
  const [url] = start.message.match(/http:\/\/[\d.]+:\d+/)!;
  assertEquals((await fetch(`${url}/healthz`)).status, 200);
  // The worker process that the program started ahead has nothing to do.
  for (let i = 0; i < 100 && (await childrenOf(server.pid)).length > 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assertEquals(await childrenOf(server.pid), []);
  server.kill("SIGTERM");
  assertEquals((await server.status).code, 0);
  await reader.cancel();
  await server.stderr.cancel();
});

function serve(env: Record<string, string>): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "src/commands/serve.ts"],
    cwd: ROOT,
    env: { PORT: "0", ENGINE: "wasm", MODEL: "none", ...env },
    stdout: "piped",
    stderr: "piped",
  });
}

function linesOf(bytes: Uint8Array): { level: string; message: string }[] {
  return new TextDecoder().decode(bytes).trim().split("\n").map((line) => JSON.parse(line));
}
