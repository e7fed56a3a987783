import { assert, assertEquals, assertThrows } from "@std/assert";
import { CandidateStore } from "../../../routes/detect/candidate_store.ts";
import { createResizePlan } from "../../../src/core/resize_plan.ts";
import type { KeptCandidates } from "../../../src/ports/detector.ts";
import { MAX_KEPT, MIN_KEEP_MEMORY } from "../../../src/ports/kept_candidates.ts";
import { pick, seededRandom, wholeBetween } from "../../random.ts";
import { smallManifest } from "../../manifest/small_manifest.ts";

const PLAN = createResizePlan({ width: 64, height: 48 }, smallManifest.resize, smallManifest.pad);

/** Returns candidates of 45 bytes each. */
function candidates(count: number, id = "small"): KeptCandidates {
  return {
    model: id,
    minScore: 0.01,
    floor: -4,
    plan: PLAN,
    boxes: new Float64Array(4 * count),
    values: new Float32Array(count),
    classIds: new Int32Array(count),
    levels: new Uint8Array(count),
    anchors: new Uint32Array(count),
  };
}

function openStore(maxBytes: number, ttlMs = 1000) {
  const clock = { now: 0 };
  const now = () => clock.now;
  const wallNow = () => Date.UTC(2030, 0) + clock.now;
  return { clock, store: new CandidateStore({ maxBytes, ttlMs, now, wallNow }) };
}

const ALICE = { client: "key alice", key: "alice" };
const BOB = { client: "key bob", key: "bob" };
const ANYONE = { client: "network 192.0.2.1", key: undefined };

/** Bytes that the store counts for 100 candidates. */
const HUNDRED = 4500 + 1024;

Deno.test("CandidateStore returns what it keeps, until it expires", () => {
  const { store, clock } = openStore(1e6);
  const { token, expires } = store.keep(candidates(3), ALICE);
  assertEquals(expires, new Date(Date.UTC(2030, 0) + 1000));
  clock.now = 999;
  assertEquals(store.get(token, "alice"), candidates(3));
  clock.now = 1000;
  assertEquals(store.get(token, "alice"), undefined);
  assertEquals(store.bytes, 0);
});

Deno.test("CandidateStore does not lengthen the time of a token that is used", () => {
  const { store, clock } = openStore(1e6);
  const { token } = store.keep(candidates(3), ALICE);
  for (clock.now = 0; clock.now < 1000; clock.now += 300) assert(store.get(token, "alice"));
  assertEquals(store.get(token, "alice"), undefined);
});

Deno.test("CandidateStore returns candidates only to the key that made them", () => {
  const { store } = openStore(1e6);
  const own = store.keep(candidates(1), ALICE).token;
  const open = store.keep(candidates(1), ANYONE).token;
  assertEquals(store.get(own, "bob"), undefined);
  assertEquals(store.get(own, undefined), undefined);
  assertEquals(store.get(open, "alice"), undefined);
  assert(store.get(own, "alice") && store.get(open, undefined));
});

Deno.test("CandidateStore evicts the least recently used candidates", () => {
  const { store } = openStore(4 * HUNDRED);
  const [first, second] = [store.keep(candidates(100), ALICE), store.keep(candidates(100), ALICE)];
  store.get(first.token, "alice");
  const third = store.keep(candidates(100), ALICE);
  // Half of the store is for one client: two entries.
  assertEquals(store.get(second.token, "alice"), undefined);
  assert(store.get(first.token, "alice") && store.get(third.token, "alice"));
});

Deno.test("CandidateStore leaves half of its memory to other clients", () => {
  const { store } = openStore(4 * HUNDRED);
  const { token } = store.keep(candidates(100), BOB);
  for (let i = 0; i < 50; i++) store.keep(candidates(100), ALICE);
  assert(store.get(token, "bob"));
});

Deno.test("CandidateStore never holds more than its bytes, nor half of them for a client", () => {
  const random = seededRandom(8);
  const { store, clock } = openStore(50_000);
  const tokens: string[] = [];
  for (let round = 0; round < 2000; round++) {
    clock.now += wholeBetween(random, 0, 100);
    const keeper = pick([ALICE, BOB, ANYONE], random);
    tokens.push(store.keep(candidates(wholeBetween(random, 0, 500)), keeper).token);
    store.get(pick(tokens, random), pick(["alice", "bob", undefined], random));
    assert(store.bytes <= 50_000, `it holds ${store.bytes} bytes`);
  }
  assertEquals(new Set(tokens).size, tokens.length);
  assert(store.bytes > 20_000, "the store was never full");
  clock.now += 1000;
  assertEquals(store.get("none", undefined), undefined);
  assertEquals(store.bytes, 0);
});

Deno.test("CandidateStore refuses candidates that take more than half of its memory", () => {
  const { store } = openStore(2 * HUNDRED - 2);
  assertThrows(() => store.keep(candidates(100), ALICE), RangeError, "they take 5524");
  assertEquals(store.bytes, 0);
});

Deno.test("the smallest store keeps the candidates of any image", () => {
  const { store } = openStore(MIN_KEEP_MEMORY);
  assert(store.get(store.keep(candidates(MAX_KEPT), ALICE).token, "alice"));
});

Deno.test("CandidateStore keeps no message that the arrays are views of", () => {
  const { store } = openStore(1e6);
  const message = new ArrayBuffer(100_000);
  const given = { ...candidates(2), boxes: new Float64Array(message, 8, 8) };
  const kept = store.get(store.keep(given, ALICE).token, "alice");
  assertEquals(kept?.boxes.buffer.byteLength, 64);
  assertEquals(store.bytes, 90 + 1024);
});
