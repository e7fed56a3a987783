import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../../../", import.meta.url);
const GRAPH = fileURLToPath(new URL("models/everyday8.onnx", ROOT));

/** Starts a server that must refuse to start. Returns the last line that it prints. */
async function startFault(env: Record<string, string>): Promise<string> {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "src/commands/serve.ts"],
    cwd: ROOT,
    env: { PORT: "0", ENGINE: "wasm", LOG: "none", NO_COLOR: "1", ...env },
    stdout: "null",
    stderr: "piped",
  }).output();
  assertEquals(code, 1);
  return new TextDecoder().decode(stderr).trim().split("\n").at(-1)!;
}

Deno.test("serve.ts says that another program uses the port, and which setting to change", async () => {
  using other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = other.addr;
  assertEquals(
    await startFault({ PORT: String(port) }),
    `Cannot listen at 127.0.0.1, port ${port}, as another program uses the port: set PORT to ` +
      "another number, or to 0 for a free port",
  );
});

Deno.test("serve.ts says that the models folder does not exist, and which setting to change", async () => {
  assertStringIncludes(
    await startFault({ MODELS_DIR: "/nowhere/models" }),
    "the models of /nowhere/models/ as it does not exist: set MODELS_DIR",
  );
});

Deno.test("serve.ts says that the models folder is a file", async () => {
  assertStringIncludes(await startFault({ MODELS_DIR: GRAPH }), "as it is a file: set MODELS_DIR");
});
