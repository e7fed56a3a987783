import { assertEquals } from "@std/assert";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { spawnServe } from "./spawn_serve.ts";

const SCRIPT = ["run", "-A", "src/commands/serve.ts"];
// `deno task` sends SIGINT to the server once more.
const TASK = ["task", "start"];

for (const [signal, args] of [["SIGINT", SCRIPT], ["SIGTERM", SCRIPT], ["SIGINT", TASK]] as const) {
  Deno.test({
    name: `deno ${args.join(" ")} answers all 8 accepted requests after ${signal} to its group`,
    ignore: Deno.build.os === "windows",
    async fn() {
      // In a process group of its own, which the signal reaches as a whole. A long wait, so that a
      // slow machine refuses none of the requests.
      const settings = { QUEUE: "16", MAX_WAIT_MS: "60000" };
      const { url, process: server } = await spawnServe(settings, {
        args: [...args],
        detached: true,
      });
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
