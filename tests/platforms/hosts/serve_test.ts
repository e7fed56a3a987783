import { assertEquals, assertStringIncludes } from "@std/assert";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { childrenOf } from "./children_of.ts";
import { executable } from "./executable.ts";
import { assertSameAnswers, SAME } from "./same_answers.ts";
import { serveScript, startPackage } from "./start_server.ts";

for (const runtime of ["node22", "node24", "bun"] as const) {
  const start = (environment: Record<string, string>) => startPackage(runtime, environment);

  Deno.test(`retinanet-edge on ${runtime}`, async (test) => {
    await using host = await start({
      ...{ MAX_HEADER_BYTES: "2048", HEADER_TIMEOUT_MS: "500", BODY_TIMEOUT_MS: "500" },
      // A busy machine may take long to start the next worker.
      ...{ DECODE_TIMEOUT_MS: "5000", MAX_WAIT_MS: "60000" },
    });
    const ask = (path: string, init?: RequestInit) => fetch(`${host.url}${path}`, init);
    const detect = () => ask("/detect", { method: "POST", body: fruitImage() });

    await test.step("answers like Deno", () => assertSameAnswers(ask));

    await test.step("replaces a hung worker process, and answers the next request", async () => {
      const worker = (await childrenOf(host.pid))[0]!;
      Deno.kill(worker, "SIGSTOP");
      const stopped = await detect();
      assertEquals([stopped.status, (await stopped.json()).code], [422, "decode-timeout"]);
      assertEquals((await detect()).status, 200);
      assertEquals((await childrenOf(host.pid)).includes(worker), false);
    });

    await test.step("replaces a worker process that was killed", async () => {
      const worker = (await childrenOf(host.pid))[0]!;
      const waiting = detect();
      Deno.kill(worker, "SIGKILL");
      await (await waiting).body?.cancel();
      assertEquals((await detect()).status, 200);
    });

    await test.step("times out a connection whose header or body does not arrive", async () => {
      for (
        const part of [
          "POST /detect HT",
          "POST /detect HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\n",
        ]
      ) {
        assertStringIncludes(await talk(host.url, part), "HTTP/1.1 408 ");
      }
    });

    await test.step("refuses a header that is too long", async () => {
      const header = `GET /healthz HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(4000)}\r\n\r\n`;
      assertStringIncludes(await talk(host.url, header), "HTTP/1.1 431 ");
    });

    await test.step("finishes running requests after SIGTERM, and exits with 0", async () => {
      // Browsers open connections ahead of requests.
      using _silent = await connect(host.url);
      const running = [detect(), detect()].map(async (response) => (await response).status);
      await (await ask("/healthz")).body?.cancel();
      assertEquals(await host.stop(), 0);
      assertEquals(await Promise.all(running), [200, 200]);
    });
  });

  Deno.test(`retinanet-edge on ${runtime} reports that it has no WebGPU`, async () => {
    await using host = await start({ ENGINE: "webgpu" });
    const ready = await fetch(`${host.url}/readyz`);
    assertEquals(ready.status, 503);
    assertStringIncludes(
      (await ready.json()).detail,
      'Cannot start engine "webgpu". webgpu: there is no adapter',
    );
  });

  Deno.test(`retinanet-edge on ${runtime} exits with 1 if its port is in use`, async () => {
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const port = (taken.addr as Deno.NetAddr).port;
    const { code, stderr } = await new Deno.Command(await executable(runtime), {
      args: [await serveScript()],
      env: { ...SAME, PORT: String(port) },
    }).output();
    assertEquals(code, 1);
    assertStringIncludes(new TextDecoder().decode(stderr), String(port));
  });
}

function connect(url: string): Promise<Deno.TcpConn> {
  return Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url).port) });
}

/** Sends a text over a new connection, and returns everything that the server sends. */
async function talk(url: string, text: string): Promise<string> {
  using connection = await connect(url);
  await connection.write(new TextEncoder().encode(text));
  let answer = "";
  for (const bytes = new Uint8Array(4096);;) {
    const count = await connection.read(bytes).catch(() => null);
    if (count === null) return answer;
    answer += new TextDecoder().decode(bytes.subarray(0, count));
  }
}
