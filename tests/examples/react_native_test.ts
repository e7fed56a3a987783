import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { pauseBefore } from "../../examples/react-native/src/retry.ts";
import { uploadSize } from "../../examples/react-native/src/uploadSize.ts";
import { runTool } from "../../packaging/tools.ts";
import type { DetectAnswer } from "../../routes/client.ts";
import { newKey } from "../../src/commands/key.ts";
import { executable } from "../platforms/hosts/executable.ts";
import { startServer } from "../platforms/host/start_server.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { installExample } from "./install_example.ts";

interface Options {
  readonly score?: number;
  readonly key?: string;
  readonly signal?: AbortSignal;
}

interface Client {
  readonly detect: (server: string, photo: Blob, options?: Options) => Promise<DetectAnswer>;
  readonly DetectError: new (code: string, status: number, detail: string) =>
    & Error
    & { readonly code: string; readonly status: number };
}

// A text that the type checker cannot follow: the types of the example are in the npm package.
const CLIENT = new URL("../../examples/react-native/src/detect.ts", import.meta.url).href;
const { detect, DetectError } = await import(CLIENT) as Client;

Deno.test("detect() of examples/react-native gets its boxes from a real server", async () => {
  const { key, entry } = await newKey("phone");
  await using server = await startServer({ API_KEYS: entry, LOG: "none" });
  const photo = new File([fruitImage()], "photo.png", { type: "image/png" });
  const { image, detections } = await detect(server.url, photo, { score: 0.3, key });
  assertEquals([image, detections[0]?.label], [{ width: 640, height: 480 }, "orange"]);
  assert(detections.every(({ score }) => score > 0.3));

  const text = new File(["a text"], "photo.png");
  const error = await assertRejects(() => detect(server.url, text, { key }), DetectError);
  assertEquals(error.code, "not-an-image");
  const keyless = await assertRejects(() => detect(server.url, photo), DetectError);
  assertEquals(keyless.code, "unauthorized");
});

Deno.test("detect() of examples/react-native asks a busy server again", async () => {
  const answer = { model: "m", image: { width: 1, height: 1 }, detections: [] };
  const retry = { "retry-after": "0" };
  const replies = [
    Response.json({ code: "busy" }, { status: 503, headers: retry }),
    Response.json({ code: "rate-limited" }, { status: 429, headers: retry }),
    Response.json(answer),
    new Response("<h1>Bad gateway</h1>", { status: 502 }),
    Response.json({ code: "busy", detail: "Later" }, {
      status: 503,
      headers: { "retry-after": "60" },
    }),
  ];
  await using server = Deno.serve({ port: 0, onListen: () => {} }, async (request) => {
    await request.body?.cancel();
    return replies.shift()!;
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const photo = new Blob(["photo"]);
  assertEquals(await detect(url, photo), answer);
  const html = await assertRejects(() => detect(url, photo), DetectError);
  assertEquals([html.code, html.status], ["http-error", 502]);
  const busy = await assertRejects(() => detect(url, photo), DetectError, "Later");
  assertEquals([busy.status, replies.length], [503, 0]);
});

Deno.test("detect() of examples/react-native ends with its signal, in a request and in a pause", async () => {
  const arrivals = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
  const left = Promise.withResolvers<void>();
  await using server = Deno.serve({ port: 0, onListen: () => {} }, async (request) => {
    if (request.url.endsWith("/busy/detect")) {
      await request.body?.cancel();
      arrivals[1].resolve();
      return new Response(null, { status: 503, headers: { "retry-after": "20" } });
    }
    request.signal.addEventListener("abort", () => left.resolve());
    arrivals[0].resolve();
    await left.promise;
    return new Response();
  });
  for (const [i, path] of ["", "/busy"].entries()) {
    const controller = new AbortController();
    const url = `http://127.0.0.1:${server.addr.port}${path}`;
    const request = detect(url, new Blob(["photo"]), { signal: controller.signal });
    await arrivals[i]!.promise;
    controller.abort(new Error("The screen closed"));
    await assertRejects(() => request, Error, "The screen closed");
  }
  await left.promise;
});

for (
  const [width, height, expected] of [
    [4000, 3000, { width: 1280 }],
    [3000, 4000, { height: 1280 }],
    [1280, 1280, null],
    [1281, 1281, { width: 1280 }],
    [1, 20_000, { height: 1280 }],
  ] as const
) {
  Deno.test(`uploadSize() of examples/react-native limits the longer side of ${width}x${height}`, () => {
    assertEquals<unknown>(uploadSize({ width, height }), expected);
  });
}

Deno.test("pauseBefore() of examples/react-native follows Retry-After and adds jitter", () => {
  for (
    const [attempt, header, random, expected] of [
      [1, null, 0, 500],
      [3, null, 0, 2000],
      [3, null, 0.5, 2500], // 2000 + 2000 · 0.5 / 2
      [1, "4", 0, 4000],
      [1, "4", 1, 6000], // 4000 + 4000 / 2
      [1, "0", 1, 250], // half of the back-off, although the server asks for none
      [1, "soon", 0, 500],
    ] as const
  ) assertEquals(pauseBefore(attempt, header, () => random), expected);
});

Deno.test("examples/react-native, with Expo and React Native", async (test) => {
  await using example = await installExample("react-native");

  await test.step("type-checks", async () => {
    await runTool("tsc5", [], example.folder);
  });

  await test.step("is exported as the bundle of an Android app", async () => {
    const { success, stdout, stderr } = await new Deno.Command(await executable("node24"), {
      args: ["node_modules/expo/bin/cli", "export", "--platform", "android"],
      cwd: example.folder,
      env: { CI: "1", EXPO_OFFLINE: "1", EXPO_NO_TELEMETRY: "1" },
    }).output();
    const text = new TextDecoder().decode(stdout);
    assert(success, text + new TextDecoder().decode(stderr));
    assertMatch(text, /AppEntry-\w+\.hbc/);
  });
});
