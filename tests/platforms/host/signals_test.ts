import { assertEquals } from "@std/assert";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { firstLine } from "../../server_process.ts";

const ROOT = new URL("../../../", import.meta.url);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test({
    name: `serve.ts answers all 8 accepted requests after ${signal} to its process group`,
    ignore: Deno.build.os === "windows",
    async fn() {
      const server = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "src/commands/serve.ts"],
        cwd: ROOT,
        env: { PORT: "0", ENGINE: "wasm", LOG: "none", QUEUE: "16" },
        stdout: "piped",
        stderr: "null",
        detached: true, // a process group of its own, which the signal reaches as a whole
      }).spawn();
      const url = (await firstLine(server.stdout)).match(/http:\/\/[\d.]+:\d+/)![0];
      const answers = Array.from(
        { length: 8 },
        () => fetch(`${url}/detect`, { method: "POST", body: fruitImage() }),
      );
      // The server has accepted all 8 when it answers a request that was sent after them.
      await (await fetch(`${url}/healthz`)).body?.cancel();
      Deno.kill(-server.pid, signal);
      const statuses = await Promise.all(answers.map(async (answer) => {
        const response = await answer;
        await response.arrayBuffer();
        return response.status;
      }));
      assertEquals(statuses, Array(8).fill(200));
      assertEquals((await server.status).code, 0);
      await server.stdout.cancel();
    },
  });
}
