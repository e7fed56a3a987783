import { assertEquals } from "@std/assert";
import { isSharpInstalled } from "../../../src/codecs/sharp_jpeg.ts";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import { assertProblem, testUnless } from "../../testing.ts";
import { executable } from "./executable.ts";
import { hostProject } from "./host_project.ts";
import { type LambdaRequest, loadBalancer, payload1, payload2 } from "./lambda_events.ts";
import { type Ask, assertSameAnswers, SAME } from "./same_answers.ts";

const MODELS = new URL("../../../models/", import.meta.url);

for (const runtime of ["node22", "node24"] as const) {
  Deno.test(`lambda.ts on ${runtime}`, async (test) => {
    await using lambda = await startLambda(runtime, SAME);
    for (const event of [payload2, payload1, loadBalancer]) {
      await test.step(`${event.name}() is answered like on Deno`, async () => {
        await assertSameAnswers(askBy(lambda, event));
      });
    }
  });
}

Deno.test("lambda.ts limits rates by the client address of the event", async () => {
  await using lambda = await startLambda("node22", { ...SAME, ADDRESS_RATE: "1" });
  for (const event of [payload2, payload1]) {
    const ask = askBy(lambda, event);
    assertEquals((await ask("/models")).status, event === payload2 ? 200 : 429);
  }
});

Deno.test("lambda.ts reports why its model does not load, and retries", async () => {
  const folder = await Deno.makeTempDir({ prefix: "models-" });
  {
    await using lambda = await startLambda("node22", { ...SAME, MODELS_DIR: folder });
    const ask = askBy(lambda, payload2);
    const detect = () => ask("/detect", { method: "POST", body: fruitImage() });
    const refused = await detect();
    assertEquals([refused.status, (await refused.json()).code], [404, "unknown-model"]);
    for (const file of ["everyday8.json", "everyday8.onnx"]) {
      await Deno.copyFile(new URL(file, MODELS), `${folder}/${file}`);
    }
    assertEquals((await detect()).status, 200);
  }
  await Deno.remove(folder, { recursive: true });
});

testUnless(
  isSharpInstalled() ? "sharp is installed" : undefined,
  "lambda.ts refuses CODEC=native without sharp, and gives the reason",
  async () => {
    await using lambda = await startLambda("node22", { ...SAME, CODEC: "native" });
    const response = askBy(lambda, payload2)("/detect", { method: "POST", body: fruitImage() });
    await assertProblem(response, 503, "model-not-ready", "sharp is not installed");
  },
);

type Lambda = Awaited<ReturnType<typeof startLambda>>;

/** Starts a program that passes events to the function, one at a time. */
async function startLambda(runtime: "node22" | "node24", environment: Record<string, string>) {
  const project = await hostProject();
  const process = new Deno.Command(await executable(runtime), {
    args: ["invoke.mjs", "lambda.mjs"],
    cwd: project.folder,
    env: environment,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = process.stdin.getWriter();
  const lines = linesOf(process.stdout);
  return {
    async invoke(event: object) {
      await input.write(new TextEncoder().encode(`${JSON.stringify(event)}\n`));
      return JSON.parse((await lines.next()).value as string);
    },
    async [Symbol.asyncDispose]() {
      await input.close();
      await process.status;
      await project[Symbol.asyncDispose]();
    },
  };
}

/** Returns a function like `fetch()` that sends requests as events. */
function askBy(lambda: Lambda, eventOf: (request: LambdaRequest) => object): Ask {
  return async (path, init) => {
    const request = new Request(`http://host${path}`, init);
    const { pathname, searchParams } = new URL(request.url);
    const bytes = new Uint8Array(await request.arrayBuffer());
    const result = await lambda.invoke(eventOf({
      method: request.method,
      path: pathname,
      query: searchParams.size > 0 ? Object.fromEntries(searchParams) : undefined,
      headers: Object.fromEntries(request.headers),
      body: bytes.length > 0 ? bytes : undefined,
    }));
    const body = result.isBase64Encoded ? Uint8Array.fromBase64(result.body) : result.body;
    return new Response(body, { status: result.statusCode, headers: result.headers });
  };
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let text = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (text + chunk).split("\n");
    text = lines.pop() ?? "";
    yield* lines;
  }
}
