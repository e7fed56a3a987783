import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { download } from "../../../../src/commands/model/download/download.ts";
import type { Expectations } from "../../../../src/commands/model/download/fingerprint.ts";
import {
  type Behaviour,
  FILE,
  type FileServer,
  md5,
  OTHER,
  serveFile,
  sha256,
} from "./file_server.ts";

const HASH = sha256(FILE);
const SIZE = FILE.length;
const KNOWN = { bytes: SIZE, sha256: HASH };
/** Bytes that a connection sends which ends early. */
const CUT = 40_000;

/** Part that an earlier process left. */
interface Left {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly validator?: string;
  readonly total?: number;
  /** Content of the source file. Unset: JSON of the other properties. */
  readonly source?: string;
}

interface Case {
  readonly claim: string;
  readonly server: readonly Behaviour[];
  readonly expected?: Expectations;
  readonly left?: Left;
  /** `Range` and `If-Range` of each request. */
  readonly requests: readonly (readonly [range: string | null, ifRange: string | null])[];
}

const NOTHING = [null, null] as const;
const REST = [`bytes=${CUT}-`, '"v1"'] as const;
const FIRST = FILE.slice(0, CUT);

const FINE: Case[] = [
  { claim: "downloads a file", server: [{}], requests: [NOTHING] },
  { claim: "verifies the hash of a file", server: [{}], expected: KNOWN, requests: [NOTHING] },
  {
    claim: "verifies the MD5 if no better hash is known",
    server: [{}],
    expected: { md5: md5(FILE) },
    requests: [NOTHING],
  },
  {
    claim: "resumes after a lost connection",
    server: [{ stopAt: CUT }, {}],
    requests: [NOTHING, REST],
  },
  {
    claim: "resumes as often as it receives new bytes",
    server: [10, 20, 30, 40, 50, 60, 70, 80, 90].map((percent) => ({ stopAt: percent * 1000 }))
      .concat({} as { stopAt: number }),
    requests: [
      NOTHING,
      ...[10, 20, 30, 40, 50, 60, 70, 80, 90].map((percent) =>
        [`bytes=${percent * 1000}-`, '"v1"'] as const
      ),
    ],
  },
  {
    claim: "resumes a file of unknown length that ended too early",
    server: [{ stopAt: CUT, sized: false }, { sized: false }],
    expected: KNOWN,
    requests: [NOTHING, REST],
  },
  {
    claim: "restarts if the server ignores ranges",
    server: [{ stopAt: CUT }, { ranges: false }],
    requests: [NOTHING, REST],
  },
  {
    claim: "restarts if the file has changed",
    server: [{ stopAt: CUT, file: OTHER, etag: '"v0"' }, {}],
    requests: [NOTHING, [`bytes=${CUT}-`, '"v0"']],
  },
  {
    claim: "restarts if the file has changed and the server ignores If-Range",
    server: [{ stopAt: CUT, file: OTHER, etag: '"v0"' }, { ifRange: false }, {}],
    expected: KNOWN,
    requests: [NOTHING, [`bytes=${CUT}-`, '"v0"'], NOTHING],
  },
  {
    claim: "restarts if the size of the file has changed",
    server: [{ stopAt: CUT, file: FILE.slice(0, SIZE - 1) }, {}, {}],
    requests: [NOTHING, REST, NOTHING],
  },
  {
    claim: "resumes without a validator if a hash is known",
    server: [{ stopAt: CUT, etag: null }, {}],
    expected: KNOWN,
    requests: [NOTHING, [`bytes=${CUT}-`, null]],
  },
  {
    claim: "restarts without a validator and without a hash",
    server: [{ stopAt: CUT, etag: null }, {}],
    requests: [NOTHING, NOTHING],
  },
  {
    claim: "restarts if the ETag is weak and no hash is known",
    server: [{ stopAt: CUT, etag: 'W/"v1"' }, {}],
    requests: [NOTHING, NOTHING],
  },
  {
    claim: "restarts if the server sends another range",
    server: [{ stopAt: CUT }, { instead: partial({ "Content-Range": `bytes 0-9/${SIZE}` }) }, {}],
    requests: [NOTHING, REST, NOTHING],
  },
  {
    claim: "restarts if a range has no Content-Range",
    server: [{ stopAt: CUT }, { instead: partial({}) }, {}],
    requests: [NOTHING, REST, NOTHING],
  },
  {
    claim: "resumes the part of an earlier process",
    server: [{}],
    left: { bytes: FIRST, validator: '"v1"', total: SIZE },
    requests: [REST],
  },
  {
    claim: "resumes a part without a source if a hash is known",
    server: [{}],
    expected: KNOWN,
    left: { bytes: FIRST },
    requests: [[`bytes=${CUT}-`, null]],
  },
  {
    claim: "restarts a part without a source",
    server: [{}],
    left: { bytes: FIRST },
    requests: [NOTHING],
  },
  {
    claim: "restarts a part whose source was written only in part",
    server: [{}],
    left: { bytes: FIRST, source: '{"url": "http:' },
    requests: [NOTHING],
  },
  {
    claim: "restarts a part from another URL",
    server: [{}],
    left: {
      bytes: FIRST,
      source: '{"url": "http://localhost/graph.onnx", "validator": "\\"v1\\""}',
    },
    requests: [NOTHING],
  },
  {
    claim: "restarts a part that is wrong",
    server: [{}],
    expected: KNOWN,
    left: { bytes: OTHER.slice(0, CUT) },
    requests: [[`bytes=${CUT}-`, null], NOTHING],
  },
  {
    claim: "restarts a part that is larger than the file should be",
    server: [{}],
    expected: KNOWN,
    left: { bytes: new Uint8Array(SIZE + 1) },
    requests: [NOTHING],
  },
  {
    claim: "restarts a part that is larger than the file of the server (416)",
    server: [{}],
    left: { bytes: new Uint8Array(SIZE + 1), validator: '"v1"' },
    requests: [[`bytes=${SIZE + 1}-`, '"v1"'], NOTHING],
  },
  {
    claim: "keeps a part that has all bytes of the server (416)",
    server: [{}],
    left: { bytes: FILE, validator: '"v1"' },
    requests: [[`bytes=${SIZE}-`, '"v1"']],
  },
  {
    claim: "sends no request for a complete part",
    server: [{}],
    expected: KNOWN,
    left: { bytes: FILE },
    requests: [],
  },
  {
    claim: "retries while the server is busy",
    server: [{ instead: status(503) }, { instead: status(429) }, {}],
    requests: [NOTHING, NOTHING, NOTHING],
  },
  {
    claim: "follows redirects",
    server: [{ instead: redirect }, {}],
    requests: [NOTHING, NOTHING],
  },
  {
    claim: "resumes through redirects",
    server: [{ instead: redirect }, { stopAt: CUT }, { instead: redirect }, {}],
    requests: [NOTHING, NOTHING, REST, REST],
  },
];

for (const { claim, server: behaviours, expected, left, requests } of FINE) {
  Deno.test(`download() ${claim}`, async () => {
    await using server = serveFile(...behaviours);
    await using folder = await temporaryFolder(server, left);
    const { bytes, sha256 } = await fetchInto(folder.target, server, expected);
    assertEquals({ bytes, sha256 }, KNOWN);
    assertEquals(await Deno.readFile(folder.target), FILE);
    assertEquals(await folder.names(), ["graph.onnx"]);
    assertEquals(server.requests.map(({ range, ifRange }) => [range, ifRange]), requests);
  });
}

interface Failure {
  readonly claim: string;
  readonly server: readonly Behaviour[];
  readonly expected?: Expectations;
  readonly left?: Left;
  readonly message: readonly string[];
  readonly requests: number;
  /** Bytes of the part that is kept. Unset: none is. */
  readonly kept?: number;
}

const FAILURES: Failure[] = [
  {
    claim: "deletes a file of another hash and names both",
    server: [{ file: OTHER }],
    expected: KNOWN,
    message: ["Cannot keep graph.onnx", sha256(OTHER), HASH],
    requests: 1,
  },
  {
    claim: "deletes a file of another MD5 and names both",
    server: [{}],
    expected: { md5: "0".repeat(32) },
    message: [md5(FILE), "0".repeat(32)],
    requests: 1,
  },
  {
    claim: "deletes a file of another hash after a second download",
    server: [{ file: OTHER }],
    expected: KNOWN,
    left: { bytes: FIRST },
    message: [sha256(OTHER), HASH],
    requests: 2,
  },
  {
    claim: "refuses a file of another size",
    server: [{}],
    expected: { bytes: SIZE + 1 },
    message: [`the file there has ${SIZE} bytes where ${SIZE + 1} were expected`],
    requests: 1,
  },
  {
    claim: "refuses to resume a file of another size",
    server: [{}],
    expected: { bytes: SIZE + 1, sha256: HASH },
    left: { bytes: FIRST, validator: '"v1"' },
    message: [`the file there has ${SIZE} bytes where ${SIZE + 1} were expected`],
    requests: 1,
    kept: CUT,
  },
  {
    claim: "refuses a file that is longer than expected",
    server: [{ sized: false }],
    expected: { bytes: CUT },
    message: [`the server sends more than the ${CUT} bytes of the file`],
    requests: 1,
  },
  {
    claim: "reports a missing file",
    server: [{ instead: status(404) }],
    message: ["the server answers 404 Not Found"],
    requests: 1,
  },
  {
    claim: "names the URL without a file after a redirect",
    server: [{ instead: redirect }, { instead: status(404) }],
    message: ["the server answers 404 Not Found at http://127.0.0.1:", "/elsewhere"],
    requests: 2,
  },
  {
    claim: "refuses a range that was not requested",
    server: [{ instead: partial({ "Content-Range": `bytes 0-9/${SIZE}` }) }],
    message: ["the server answers 206"],
    requests: 1,
  },
  {
    claim: "gives up on a server that stays busy",
    server: [{ instead: status(503) }],
    message: ["503 Service Unavailable, 5 times in a row", "Nothing was received"],
    requests: 5,
  },
  {
    claim: "gives up on a server that always stops at the same byte, and keeps the part",
    server: [{ stopAt: CUT, ranges: false }],
    message: ["5 times in a row", `The first ${CUT} bytes are kept in graph.onnx.part`],
    requests: 5,
    kept: CUT,
  },
];

for (const { claim, server: behaviours, expected, left, message, requests, kept } of FAILURES) {
  Deno.test(`download() ${claim}`, async () => {
    await using server = serveFile(...behaviours);
    await using folder = await temporaryFolder(server, left);
    const error = await assertRejects(() => fetchInto(folder.target, server, expected), Error);
    for (const part of message) assertStringIncludes(error.message, part);
    assertEquals(server.requests.length, requests);
    const names = kept === undefined ? [] : ["graph.onnx.part", "graph.onnx.source.part"];
    assertEquals(await folder.names(), names);
    if (kept !== undefined) assertEquals((await Deno.stat(`${folder.target}.part`)).size, kept);
  });
}

Deno.test("download() resumes after the server stopped sending", async () => {
  await using server = serveFile({ stopAt: CUT, silent: true }, {});
  await using folder = await temporaryFolder(server);
  const reasons: string[] = [];
  await download(server.url, folder.target, KNOWN, {
    idleTimeout: 1000,
    retryDelay: 1,
    onRetry: (reason) => reasons.push(reason),
  });
  assertEquals(await Deno.readFile(folder.target), FILE);
  assertEquals(server.requests.map(({ range }) => range), [null, `bytes=${CUT}-`]);
  assertStringIncludes(reasons.join(), "no data for 1 s");
});

Deno.test("download() reports progress from the resumed byte to the last", async () => {
  await using server = serveFile({});
  await using folder = await temporaryFolder(server, { bytes: FIRST, validator: '"v1"' });
  const seen: number[] = [];
  await download(server.url, folder.target, {}, {
    onProgress({ loaded, total }) {
      assertEquals(total, SIZE);
      seen.push(loaded);
    },
  });
  assertEquals([seen[0], seen.at(-1)], [CUT, SIZE]);
  assertEquals(seen, seen.toSorted((a, b) => a - b));
});

Deno.test("download() keeps an older file until the new one is verified", async () => {
  await using server = serveFile({ file: OTHER }, {});
  await using folder = await temporaryFolder(server);
  await Deno.writeTextFile(folder.target, "older");
  await assertRejects(() => fetchInto(folder.target, server, KNOWN));
  assertEquals(await Deno.readTextFile(folder.target), "older");
  await fetchInto(folder.target, server, KNOWN);
  assertEquals(await Deno.readFile(folder.target), FILE);
});

Deno.test("download() reports a server that refuses connections", async () => {
  const gone = serveFile();
  await using folder = await temporaryFolder(gone);
  await gone[Symbol.asyncDispose]();
  const error = await assertRejects(() => fetchInto(folder.target, gone), Error);
  assertStringIncludes(error.message, "refuses the connection, 5 times in a row");
  assertEquals(await folder.names(), []);
});

Deno.test("download() reports a missing folder", async () => {
  await using server = serveFile();
  await assertRejects(
    () => fetchInto("/no such folder/graph.onnx", server),
    Error,
    "Cannot write graph.onnx.part as ",
  );
  assertEquals(server.requests.length, 0);
});

const hasFullDisk = await Deno.stat("/dev/full").then(() => true, () => false);
Deno.test({
  name: `download() reports a full disk${hasFullDisk ? "" : " (skipped: no /dev/full here)"}`,
  ignore: !hasFullDisk,
  async fn() {
    await using server = serveFile();
    await using folder = await temporaryFolder(server);
    await Deno.symlink("/dev/full", `${folder.target}.part`);
    const error = await assertRejects(() => fetchInto(folder.target, server), Error);
    assertStringIncludes(error.message, "Cannot write graph.onnx.part as the disk is full");
    assertEquals(server.requests.length, 1);
  },
});

/** Downloads without delays between retries, and tells the server its progress. */
function fetchInto(target: string, server: FileServer, expected: Expectations = {}) {
  return download(server.url, target, expected, {
    retryDelay: 1,
    onProgress: ({ loaded }) => server.reached(loaded),
  });
}

/** Creates a folder for a download, with the part that an earlier process left. */
async function temporaryFolder({ url }: FileServer, left?: Left) {
  const path = await Deno.makeTempDir();
  const target = `${path}/graph.onnx`;
  if (left) {
    const { bytes, validator, total, source } = left;
    await Deno.writeFile(`${target}.part`, bytes);
    const text = source ?? (validator && JSON.stringify({ url, validator, total }));
    if (text !== undefined) await Deno.writeTextFile(`${target}.source.part`, text);
  }
  return {
    target,
    async names() {
      return (await Array.fromAsync(Deno.readDir(path), ({ name }) => name)).sort();
    },
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

function partial(headers: Record<string, string>): () => Response {
  return () => new Response(FILE.slice(0, 10), { status: 206, headers });
}

function status(code: number): () => Response {
  return () => new Response("no file", { status: code });
}

function redirect(request: Request): Response {
  return Response.redirect(new URL("/elsewhere", request.url));
}
