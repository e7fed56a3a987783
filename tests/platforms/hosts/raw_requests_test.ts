import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { assertEnds, testUnless } from "../../testing.ts";
import { builtPackage } from "./built_package.ts";
import { executable } from "./executable.ts";
import {
  IMAGE,
  MISSING_SHARED,
  RAW_REQUESTS,
  type RawRequest,
  sharedRequests,
} from "./raw_requests.ts";
import { SAME } from "./same_answers.ts";
import { type Host, startHost } from "./start_host.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

/** Servers, each with the command that starts it. */
const HOSTS = {
  deno: () => ({ command: Deno.execPath(), args: ["task", "--quiet", "start"], cwd: ROOT }),
  node22: () => packageOn("node22"),
  node24: () => packageOn("node24"),
  bun: () => packageOn("bun"),
};

async function packageOn(runtime: "node22" | "node24" | "bun") {
  const script = new URL("src/commands/serve.js", await builtPackage()).pathname;
  return { command: await executable(runtime), args: [script] };
}

for (const [runtime, command] of Object.entries(HOSTS)) {
  Deno.test(`${runtime} answers requests as clients write them`, async (test) => {
    await using host = await startHost({ ...await command(), environment: SAME });
    const body = { method: "POST", body: IMAGE };
    const { detections } = await (await fetch(`${host.url}/detect`, body)).json();
    assert(detections.length > 0);
    for (const request of RAW_REQUESTS) {
      await test.step(request.name, () => assertAnswer(host, request, detections));
    }
  });

  testUnless(MISSING_SHARED, `${runtime} answers the requests of cases/http`, async (test) => {
    await using host = await startHost({ ...await command(), environment: SAME });
    for (const request of await sharedRequests()) {
      await test.step(request.name, () => assertAnswer(host, request));
    }
  });
}

async function assertAnswer(
  host: Host,
  { bytes, statuses, detects = false, words = [] }: RawRequest,
  detections?: unknown,
): Promise<void> {
  const answer = await assertEnds(30_000, send(host.url, bytes));
  const [, status] = answer.match(/^HTTP\/1\.[01] (\d{3}) /) ?? [];
  assert(statuses.includes(Number(status)), answer);
  for (const word of words) assertStringIncludes(answer, word);
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
