import { assert, assertEquals } from "@std/assert";
import {
  connectionRoom,
  maxOpenFiles,
} from "../../../../src/platforms/host/connection/open_files.ts";

for (
  const [maxFiles, wanted, workers, connections, backlog] of [
    [Infinity, 1000, 1, 1000, 511],
    [20_000, 1000, 1, 1000, 511],
    [1024, 1000, 1, 714, 119], // 1024 - 64 - 8 = 952, 952 / 8 = 119, 952 - 2 * 119
    [1024, 100, 1, 100, 119],
    [1024, 1000, 64, 336, 56], // 1024 - 64 - 512 = 448
    [200, 1000, 1, 96, 16],
    [64, 1000, 1, 1, 4],
    [1, 1000, 1, 1, 4],
  ] as const
) {
  Deno.test(`connectionRoom() of ${maxFiles} files, ${wanted} wanted, ${workers} workers`, () => {
    assertEquals(connectionRoom(maxFiles, wanted, workers), { connections, backlog });
  });
}

Deno.test("maxOpenFiles() is the limit of ulimit -n", async () => {
  const { stdout } = await new Deno.Command("sh", { args: ["-c", "ulimit -n"] }).output();
  const text = new TextDecoder().decode(stdout).trim();
  const found = await maxOpenFiles();
  assert(text === "unlimited" ? found === Infinity : found === Number(text), `${found}, ${text}`);
});
