import { type Random, wholeBetween } from "../random.ts";

/** What a client sends. */
export interface Sent {
  readonly path: string;
  readonly body: Uint8Array<ArrayBuffer> | FormData | string;
  readonly type?: string;
  /** Whether the client leaves before the answer. */
  readonly leaves?: boolean;
}

/** Images that a mix is made of. */
export interface Images {
  /** Whole ones, of every format that is read. */
  readonly good: readonly Uint8Array<ArrayBuffer>[];
}

type Maker = (random: Random, images: Images) => Sent;

/** Kinds of requests, each with how often it comes in a hundred. */
const KINDS: readonly (readonly [percent: number, make: Maker])[] = [
  [40, (random, { good }) => ({ path: "/detect", body: pick(random, good) })],
  [15, (random, { good }) => ({ path: "/detect?score=0.1", body: formOf(pick(random, good)) })],
  [5, (random, { good }) => ({
    path: "/detect",
    body: JSON.stringify({ image: pick(random, good).toBase64() }),
    type: "application/json",
  })],
  [10, (random, { good }) => ({ path: "/detect", body: cut(random, pick(random, good)) })],
  [10, (random, { good }) => ({ path: "/detect", body: flipped(random, pick(random, good)) })],
  [5, (random) => ({ path: "/detect", body: noise(random) })],
  [5, () => ({ path: "/detect?score=2", body: "no image" })],
  [5, () => ({ path: "/detect?model=nope", body: "no image" })],
  [5, (random, { good }) => ({ path: "/detect", body: pick(random, good), leaves: true })],
];

/** The next request of a mix: the same ones for the same seed. */
export function nextRequest(random: Random, images: Images): Sent {
  let rest = random() * 100;
  for (const [percent, make] of KINDS) {
    rest -= percent;
    if (rest < 0) return make(random, images);
  }
  return KINDS[0][1](random, images);
}

function pick<T>(random: Random, list: readonly T[]): T {
  return list[wholeBetween(random, 0, list.length - 1)];
}

function formOf(bytes: Uint8Array<ArrayBuffer>): FormData {
  const form = new FormData();
  form.set("image", new File([bytes], "image"));
  return form;
}

function cut(random: Random, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.slice(0, wholeBetween(random, 1, bytes.length - 1));
}

function flipped(random: Random, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  for (let i = 0; i < 8; i++) {
    copy[wholeBetween(random, 0, copy.length - 1)] ^= 1 << wholeBetween(random, 0, 7);
  }
  return copy;
}

function noise(random: Random): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: 2000 }, () => random() * 256);
}
