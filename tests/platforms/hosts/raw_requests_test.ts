import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { assertEnds, testUnless } from "../../testing.ts";
import { startWorkerd } from "../workerd/start_workerd.ts";
import { executable } from "./executable.ts";
import {
  IMAGE,
  MISSING_SHARED,
  RAW_REQUESTS,
  type RawRequest,
  sharedRequests,
} from "./raw_requests.ts";
import { startEntry } from "./start_entry.ts";
import type { Host } from "./start_host.ts";
import { startPackage, startTask } from "./start_server.ts";

/** Server that gets the requests. */
interface RawHost {
  readonly start: () => Promise<Pick<Host, "url"> & AsyncDisposable>;
  /** Names of requests that the runtime itself refuses, before our code sees them. */
  readonly refuses?: RegExp;
}

const HOSTS: Readonly<Record<string, RawHost>> = {
  "deno": {
    start: startTask,
  },
  "node22": { start: () => startPackage("node22") },
  "node24": { start: () => startPackage("node24") },
  "bun": { start: () => startPackage("bun") },
  "Bun.serve() of bunServer()": {
    start: async () => {
      const entry = await startEntry(await executable("bun"), ["bun.mjs"]);
      await entry.ready();
      return entry;
    },
    refuses: /with an extension and a trailer/,
  },
};

for (const [name, { start, refuses }] of Object.entries(HOSTS)) {
  Deno.test(`${name} answers requests as clients write them`, async (test) => {
    await using host = await start();
    const body = { method: "POST", body: IMAGE };
    const { detections } = await (await fetch(`${host.url}/detect`, body)).json();
    assert(detections.length > 0);
    for (const request of RAW_REQUESTS) {
      const isRefused = refuses?.test(request.name) ?? false;
      const expected = isRefused ? { ...request, statuses: [400], detects: false } : request;
      await test.step(request.name, () => assertAnswer(host.url, expected, detections));
    }
  });
}

// The conformance suite sends the requests of clients to workerd. Only its own server for
// development refuses HTTP/1.0 without Host: in production, Cloudflare's servers come first.
const ALL_HOSTS: typeof HOSTS = {
  ...HOSTS,
  "workerd": { start: () => startWorkerd(), refuses: /http10_no_host/ },
};

for (const [name, { start, refuses }] of Object.entries(ALL_HOSTS)) {
  testUnless(MISSING_SHARED, `${name} answers the requests of cases/http`, async (test) => {
    await using host = await start();
    for (const request of await sharedRequests()) {
      const isRefused = refuses?.test(request.name) ?? false;
      const expected = isRefused ? { ...request, statuses: [400], words: [] } : request;
      await test.step(request.name, () => assertAnswer(host.url, expected));
    }
  });
}

async function assertAnswer(
  url: string,
  { bytes, statuses, detects = false, words = [] }: RawRequest,
  detections?: unknown,
): Promise<void> {
  const answer = await assertEnds(30_000, send(url, bytes));
  const [, status] = answer.match(/^HTTP\/1\.[01] (\d{3}) /) ?? [];
  assert(statuses.includes(Number(status)), answer);
  for (const word of words) assertStringIncludes(answer.toLowerCase(), word.toLowerCase());
  if (!detects) return;
  const json = answer.slice(answer.indexOf("{"), answer.lastIndexOf("}") + 1);
  assertEquals(JSON.parse(json).detections, detections);
}

/** Sends bytes over a new connection. Returns the final answer, after which the server closes it. */
async function send(url: string, bytes: Uint8Array): Promise<string> {
  using connection = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(new URL(url).port),
  });
  const [, answer] = await Promise.all([
    writeAll(connection, bytes),
    new Response(connection.readable).text(),
  ]);
  return answer.replace(/^(?:HTTP\/1\.1 1\d\d [^]*?\r\n\r\n)+/, "");
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}
