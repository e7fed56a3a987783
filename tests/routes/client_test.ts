import { assert, assertEquals } from "@std/assert";
import type { z } from "zod";
import type * as schemas from "../../packaging/openapi/schemas.ts";
import {
  createClient,
  type DetectAnswer,
  type ModelList,
  type Problem,
  type SelectAnswer,
} from "../../routes/client.ts";
import { post, quickApp, type Seen } from "./quick_app.ts";

// The types of the client are those of the schemas that the responses are compared with.
type Mutable<T> = { -readonly [K in keyof T]: Mutable<T[K]> };
type Same<A, B> = [A] extends [B] ? true : never;
const isAnswer: Same<Mutable<z.infer<typeof schemas.DETECT_RESULT>>, Mutable<DetectAnswer>> = true;
const isSelected: Same<Mutable<z.infer<typeof schemas.SELECT_RESULT>>, Mutable<SelectAnswer>> =
  true;
const isList: Same<Mutable<z.infer<typeof schemas.MODEL_LIST>>, Mutable<ModelList>> = true;
const isProblem: Same<keyof z.infer<typeof schemas.PROBLEM>, keyof Problem> = true;

const PHOTO = new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0x00]);

async function quickClient(seen?: Seen[]) {
  const app = await quickApp({}, seen);
  const send = (input: URL | RequestInfo, init?: RequestInit) =>
    Promise.resolve(app.request(String(input).replace("http://server", ""), init));
  return createClient("http://server", { fetch: send });
}

Deno.test("createClient() sends a form and JSON, and reads detections and models", async () => {
  assert(isAnswer && isSelected && isList && isProblem);
  const seen: Seen[] = [];
  const client = await quickClient(seen);
  const image = new File([PHOTO], "photo.jpg");
  const response = await client.detect.$post({ form: { image, score: "0.5" } });
  assertEquals(response.status, 200);
  const answer = await response.json();
  if ("code" in answer) throw new Error(answer.detail);
  const labels: string[] = answer.detections.map(({ label }) => label);
  assertEquals(labels, []);
  await client.detect.$post({ json: { image: PHOTO.toBase64(), max: 3 }, query: { iou: "0.5" } });
  assertEquals(seen, [
    { bytes: PHOTO, options: { scoreThreshold: 0.5 } },
    { bytes: PHOTO, options: { iou: 0.5, max: 3 } },
  ]);
  const models = await (await client.models.$get()).json();
  if ("code" in models) throw new Error(models.detail);
  assertEquals([models.default, models.models[0]?.status], ["everyday8", "ready"]);
});

Deno.test("createClient() sends a token with options", async () => {
  const client = await quickClient();
  const post = client.detect[":token"].$post;
  const param = { token: "A".repeat(32) };
  const responses = [
    await post({ param, json: { score: 0.5, scores: { cat: 0.3 }, nms: "soft-linear" } }),
    await post({ param, query: { score: "0.5", nms: "hard" } }),
    await post({ param, form: { scores: "cat:0.3" } }),
  ];
  for (const response of responses) {
    const answer = await response.json();
    if (!("code" in answer)) throw new Error(`There must be a problem: ${answer.minScore}`);
    assertEquals([response.status, answer.code], [404, "unknown-token"]);
  }
});

Deno.test("createClient() has the codes of problems as types", async () => {
  const client = await quickClient();
  const response = await client.detect.$post({ json: { image: "?" } });
  const answer = await response.json();
  if (!("code" in answer)) throw new Error("There must be a problem");
  const code: Problem["code"] = answer.code;
  assertEquals([code, response.status], ["malformed-request", 400]);
  // @ts-expect-error -- a code that does not exist
  assert(code !== "malformed");
});

// Only compiled: mistakes that the types must find.
export async function mistakes(): Promise<void> {
  const client = await quickClient();
  // @ts-expect-error -- an option that does not exist
  await client.detect.$post({ json: { image: "", scores: 0.5 } });
  // @ts-expect-error -- a number in place of a text
  await client.detect.$post({ form: { image: new Blob(), score: 0.5 } });
  // @ts-expect-error -- a route that does not exist
  await client.detects.$post({ json: { image: "" } });
  // @ts-expect-error -- an answer without a type
  const answer: string = await (await client.models.$get()).json();
  post(answer);
}
