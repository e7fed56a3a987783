import { pick, type Random, wholeBetween } from "../random.ts";

/** Request of a client. */
export interface Sent {
  readonly path: string;
  readonly body: Uint8Array<ArrayBuffer> | FormData | string;
  /** Content type. Unset: none. */
  readonly type?: string;
  /** True if the client closes the connection before the answer. */
  readonly leaves?: boolean;
}

/** Images of a mix of requests. */
export interface Images {
  /** Valid images of all formats. */
  readonly good: readonly Uint8Array<ArrayBuffer>[];
}

type Maker = (random: Random, images: Images) => Sent;

/** Kinds of requests with their shares. */
const KINDS: readonly (readonly [percent: number, make: Maker])[] = [
  [40, (random, { good }) => ({ path: "/detect", body: pick(good, random) })],
  [15, (random, { good }) => ({ path: "/detect?score=0.1", body: formOf(pick(good, random)) })],
  [5, (random, { good }) => ({
    path: "/detect",
    body: JSON.stringify({ image: pick(good, random).toBase64() }),
    type: "application/json",
  })],
  [10, (random, { good }) => ({ path: "/detect", body: cut(random, pick(good, random)) })],
  [10, (random, { good }) => ({ path: "/detect", body: flipped(random, pick(good, random)) })],
  [5, (random) => ({ path: "/detect", body: noise(random) })],
  [5, () => ({ path: "/detect?score=2", body: "no image" })],
  [5, () => ({ path: "/detect?model=nope", body: "no image" })],
  [5, (random, { good }) => ({ path: "/detect", body: pick(good, random), leaves: true })],
];

/** Returns the next request of a mix: the same requests for the same seed. */
export function nextRequest(random: Random, images: Images): Sent {
  let rest = random() * 100;
  for (const [percent, make] of KINDS) {
    rest -= percent;
    if (rest < 0) return make(random, images);
  }
  throw new RangeError("Cannot pick a request as the shares must add up to 100 %");
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
    const at = wholeBetween(random, 0, copy.length - 1);
    copy[at] = copy[at]! ^ 1 << wholeBetween(random, 0, 7);
  }
  return copy;
}

function noise(random: Random): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: 2000 }, () => random() * 256);
}
