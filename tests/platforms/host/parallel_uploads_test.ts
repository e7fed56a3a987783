import { assertEquals } from "@std/assert";
import { startServer } from "./start_server.ts";

const SCENE = await Deno.readFile(new URL("../../sample_images/scene.jpg", import.meta.url));

Deno.test("a server with default settings answers eight parallel uploads, also the first ones", async () => {
  await using server = await startServer({ ENGINE: "wasm" });
  const upload = async () => {
    const response = await fetch(`${server.url}/detect`, { method: "POST", body: SCENE });
    await response.arrayBuffer();
    return response.status;
  };
  const statuses = await Promise.all(Array.from({ length: 8 }, upload));
  assertEquals(statuses, Array(8).fill(200));
});
