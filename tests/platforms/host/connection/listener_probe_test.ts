import { once } from "node:events";
import { type AddressInfo, createServer, Server } from "node:net";
import { assertEquals } from "@std/assert";
import { watchListener } from "../../../../src/platforms/host/connection/listener_probe.ts";

Deno.test("watchListener() reports a server that accepts nothing, and no other", async () => {
  const alive = createServer((socket) => void socket.on("error", () => {}).destroy());
  alive.listen(0, "127.0.0.1");
  await once(alive, "listening");
  const { port } = alive.address() as AddressInfo;
  // It never gets a connection of that port.
  const deaf = new Server();
  const reported: string[] = [];
  const intervals = { everyMs: 50, failures: 3 };
  const end = watchListener(alive, port, "0.0.0.0", intervals, () => reported.push("alive"));
  await new Promise<void>((resolve) => {
    watchListener(deaf, port, "127.0.0.1", intervals, () => {
      reported.push("deaf");
      resolve();
    });
    // The watch alone does not keep a program alive.
    const timer = setInterval(() => reported.length > 0 && clearInterval(timer), 20);
  });
  end();
  alive.close();
  await once(alive, "close");
  assertEquals(reported, ["deaf"]);
});
