import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { strToU8, zipSync } from "fflate";
import type { AppDeps } from "../../../routes/app.ts";
import { problemOf } from "../quick_app.ts";
import { batchApp, form, type Line, type Seen, short } from "./batch_app.ts";

function archive(files: Record<string, string>, level: 0 | 9 = 9): Uint8Array<ArrayBuffer> {
  const contents = Object.entries(files).map(([name, text]) => [name, strToU8(text)] as const);
  return new Uint8Array(zipSync(Object.fromEntries(contents), { level }));
}

/** Returns bytes as a text of one character per byte. */
function bytesText(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}

async function send(
  body: FormData | Uint8Array<ArrayBuffer>,
  query?: string,
  seen?: Seen[],
  deps?: Partial<AppDeps>,
): Promise<Response> {
  const app = await batchApp(seen, deps);
  return await app.request(`/detect/batch${query ?? ""}`, { method: "POST", body });
}

async function lines(response: Response): Promise<Line[]> {
  assertEquals(response.status, 200, await response.clone().text());
  assertEquals(response.headers.get("content-type"), "application/x-ndjson");
  const text = await response.text();
  assert(text.endsWith("\n"));
  return text.trimEnd().split("\n").map((each) => JSON.parse(each));
}

Deno.test("POST /detect/batch answers a line for each image in order, past a bad one", async () => {
  const found = await lines(await send(form("a", "bad", "ccc")));
  assertEquals(found.map(short), [
    [0, "a.jpg", 1],
    [1, "bad.jpg", "corrupt-image"],
    [2, "ccc.jpg", 3],
  ]);
  assertEquals(found[1]!.error!.status, 422);
});

for (const level of [0, 9] as const) {
  Deno.test(`POST /detect/batch reads a ZIP archive of level ${level}`, async () => {
    const body = archive({
      "a.jpg": "a",
      "folder/bb.jpg": "bb",
      "__MACOSX/._a.jpg": "x",
      ".DS_Store": "x",
      "../../etc/bad": "bad",
    }, level);
    assertEquals((await lines(await send(body))).map(short), [
      [0, "a.jpg", 1],
      [1, "folder/bb.jpg", 2],
      [2, "../../etc/bad", "corrupt-image"],
    ]);
  });
}

Deno.test("POST /detect/batch reads the files beside one of another compression", async () => {
  const body = archive({ "a": "a", "b": "b".repeat(50), "c": "ccc" });
  // Method of the second local header (APPNOTE 4.4.5): bzip2, 12.
  const second = bytesText(body).indexOf("PK\x03\x04", 4);
  body[second + 8] = 12;
  const found = await lines(await send(body));
  assertEquals(found.map(short), [[0, "a", 1], [1, "b", "malformed-request"], [2, "c", 3]]);
  assertStringIncludes(found[1]!.error!.detail, "stored or deflated: a file in it has the");
});

Deno.test("POST /detect/batch takes the name of an image from filename*, if it is UTF-8", async () => {
  const part = (parameter: string) =>
    `--X\r\nContent-Disposition: form-data; name="image"; filename="a.jpg"; ${parameter}\r\n\r\na\r\n`;
  const parameters = [
    "filename*=UTF-8''f%C3%B6to%20%22.jpg",
    "filename*=ISO-8859-1''%F6.jpg",
    "x=y",
  ];
  const app = await batchApp();
  const response = await app.request("/detect/batch", {
    method: "POST",
    body: `${parameters.map(part).join("")}--X--\r\n`,
    headers: { "content-type": "multipart/form-data; boundary=X" },
  });
  const names = (await lines(response)).map(({ name }) => name);
  assertEquals(names, ['föto ".jpg', "a.jpg", "a.jpg"]);
});

Deno.test("POST /detect/batch names a password as a reason why a file is damaged", async () => {
  const body = archive({ "a": "a", "b": "b".repeat(50), "c": "ccc" });
  const second = bytesText(body).indexOf("PK\x03\x04", 4);
  body.set([0xff, 0xff, 0xff], second + 31); // data after a header of 30 bytes and the name
  const found = await lines(await send(body));
  assertEquals(found.map(short), [[0, "a", 1], [1, "b", "malformed-request"], [2, "c", 3]]);
  assertStringIncludes(found[1]!.error!.detail, "damaged, or needs a password");
});

Deno.test("POST /detect/batch refuses only the file that is too large when unpacked", async () => {
  // 1,000 bytes are allowed; the archive has 100,000 bytes of zeros in about 120.
  const body = archive({ "a": "a", "bomb": "\0".repeat(3500), "c": "ccc" });
  const found = await lines(await send(body));
  assertEquals(found.map(short), [[0, "a", 1], [1, "bomb", "too-many-bytes"], [2, "c", 3]]);
});

Deno.test("POST /detect/batch stops at an archive that unpacks to too many bytes", async () => {
  const body = archive({ "a": "a", "bomb": "\0".repeat(1_000_000), "c": "ccc" });
  const found = await lines(await send(body));
  assertEquals(found.at(-1)!.error!.code, "too-many-bytes");
  assert(found.every(({ name }) => name !== "c"));
});

Deno.test("POST /detect/batch answers the files before the end of a truncated archive", async () => {
  const whole = archive({ "a": "a".repeat(100), "b": "b".repeat(100) }, 0);
  const found = await lines(await send(whole.slice(0, 200)));
  assertEquals(found.map(short), [[0, "a", 100], [1, "b", "malformed-request"]]);
});

for (
  const [name, body, query, problem] of [
    ["of neither form nor archive", strToU8("hello"), "", [400, "malformed-request"]],
    ["without images", archive({ ".hidden": "x" }), "", [400, "no-image"]],
    ["that is empty", new Uint8Array(), "", [400, "no-image"]],
    ["with too many parts", form(..."abcd"), "", [400, "malformed-request"]],
    ["with too many files", archive({ "a": "a".repeat(5000) }, 0), "", [413, "too-many-bytes"]],
    ["with a wrong option", form("a"), "?score=2", [400, "invalid-option"]],
    ["that asks for a drawing", form("a"), "?format=png", [400, "invalid-option"]],
    ["for an unknown model", form("a"), "?model=none", [404, "unknown-model"]],
  ] as const
) {
  Deno.test(`POST /detect/batch refuses a batch ${name}`, async () => {
    const sent = body instanceof FormData ? body : new Uint8Array(body);
    assertEquals(await problemOf(send(sent, query, [], { maxBatch: 3 })), [...problem]);
  });
}

Deno.test("POST /detect/batch starts an image only when the client reads", async () => {
  const seen: Seen[] = [];
  const response = await send(form("a", "bb", "ccc"), "", seen);
  assertEquals(seen.length, 0);
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  assertEquals(short(JSON.parse(new TextDecoder().decode(value))), [0, "a.jpg", 1]);
  assertEquals(seen.length, 1);
  await reader.cancel();
  assertEquals(seen.map(({ text }) => text), ["a"]);
});

Deno.test("POST /detect/batch runs each image as a call of its client", async () => {
  const seen: Seen[] = [];
  await lines(await send(form("a", "bb"), "?score=0.5", seen));
  assertEquals(seen.map(({ call }) => call?.client), ["network unknown", "network unknown"]);
  assert(seen.every(({ call }) => call?.signal instanceof AbortSignal));
});

Deno.test("POST /detect/batch returns its memory when the client has read or is gone", async () => {
  const app = await batchApp([], { bodyMemory: 1500 });
  const body = archive({ "a": "a".repeat(900) }, 0);
  const ask = () => app.request("/detect/batch", { method: "POST", body });
  const unread = await app.request("/detect/batch", {
    method: "POST",
    body: form("a".repeat(300)),
  });
  assertEquals(unread.status, 200);
  assertEquals(await problemOf(ask()), [503, "busy"]);
  await unread.body!.cancel();
  for (let i = 0; i < 3; i++) {
    const again = await app.request("/detect/batch", { method: "POST", body: form("a") });
    assertEquals((await lines(again)).length, 1);
  }
});

Deno.test("POST /detect/batch retries an image while the queue is full", async () => {
  const seen: Seen[] = [];
  const found = await lines(await send(form("a", "busy", "ccc"), "", seen));
  assertEquals(found.map(short), [[0, "a.jpg", 1], [1, "busy.jpg", 4], [2, "ccc.jpg", 3]]);
  assertEquals(seen.map(({ text }) => text), ["a", "busy", "busy", "busy", "ccc"]);
});
