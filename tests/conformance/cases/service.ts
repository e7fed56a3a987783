import { assertEquals, assertMatch } from "@std/assert";
import { fruitImage } from "../../sample_images/fruit_image.ts";
import type { Case, Request } from "../case.ts";

/** Requests whose answers hold no detections. */
export const SERVICE_CASES: readonly Case[] = [
  {
    ...answer("is alive for clients without a key", ["/healthz"], (body) => {
      assertEquals(JSON.parse(body), { status: "alive" });
    }),
    anonymous: true,
  },
  {
    ...answer("is ready for clients without a key", ["/readyz"], (body) => {
      assertEquals(JSON.parse(body), { status: "ready" });
    }),
    anonymous: true,
  },
  {
    ...answer("serves the page to people without a key", ["/"], (body, headers) => {
      assertMatch(body, /^<!doctype html>/);
      assertMatch(headers.get("content-security-policy") ?? "", /script-src 'self' 'sha256-/);
    }),
    anonymous: true,
  },
  answer(
    "draws detections as SVG",
    ["/detect", { method: "POST", body: fruitImage(), headers: { accept: "image/svg+xml" } }],
    (body) => assertMatch(body, /^<svg [\s\S]*>orange \d\d %</),
  ),
  answer(
    "runs wasm on one thread, the engine of the golden answers",
    ["/detect", { method: "POST", body: fruitImage() }],
    (body) => assertEquals(JSON.parse(body).engine, { provider: "wasm", threads: 1 }),
  ),
  answer(
    "keeps candidates and explains detections",
    ["/detect?keep=true&explain=true", { method: "POST", body: fruitImage() }],
    (body) => {
      const { token, expires, minScore, detections } = JSON.parse(body);
      assertMatch(token, /^[\w-]{32}$/);
      assertMatch(expires, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
      assertEquals(minScore < 0.1, true);
      assertMatch(detections[0].explanation.level, /^P[3-7]$/);
    },
  ),
  answer("lists its model", ["/models"], (body) => {
    const { default: id, models } = JSON.parse(body);
    assertEquals(id, "everyday8");
    // Only some platforms have everyday8-l too.
    const served = models.filter((model: { id: string }) => model.id !== "everyday8-l");
    const [only] = served;
    assertEquals([served.length, only.id], [1, id]);
    assertEquals([only.status, only.labels.length], ["ready", 8]);
  }),
  answer("answers HEAD without a body", ["/models", { method: "HEAD" }], (body) => {
    assertEquals(body, "");
  }),
  answer("gives its model's manifest", ["/models/everyday8"], (body) => {
    const { id, labels } = JSON.parse(body);
    assertEquals([id, labels[0]], ["everyday8", "person"]);
  }),
  answer("explains a problem", ["/problems/too-many-pixels"], (body) => {
    const { code, status } = JSON.parse(body);
    assertEquals([code, status], ["too-many-pixels", 413]);
  }),
  answer("gives each answer an id", ["/healthz"], (_body, headers) => {
    assertMatch(headers.get("x-request-id") ?? "", /^[\w-]{36}$/);
  }),
  answer(
    "keeps the id of a request",
    ["/healthz", { headers: { "x-request-id": "suite-1" } }],
    (_body, headers) => assertEquals(headers.get("x-request-id"), "suite-1"),
  ),
];

function answer(
  name: string,
  request: Request,
  holds: (body: string, headers: Headers) => void,
): Case {
  return { name, request: () => request, expected: { kind: "answer", holds } };
}
