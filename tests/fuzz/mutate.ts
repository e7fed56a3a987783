import { pick, type Random, wholeBetween } from "../random.ts";
import type { Bytes } from "./bomb.ts";
import { concat } from "./parts.ts";

/** Function that damages a file; it may take parts of `other`. */
type Mutation = (bytes: Bytes, random: Random, other: Uint8Array) => Bytes;

/** Values at which lengths and counts overflow. */
const EDGES = [
  0,
  1,
  2,
  0x7f,
  0x80,
  0xff,
  0x7fff,
  0x8000,
  0xffff,
  0x7fffffff,
  0x80000000,
  0xffffffff,
];

const MUTATIONS: readonly Mutation[] = [
  flipBits,
  changeBytes,
  cut,
  removeRun,
  repeatRun,
  splice,
  swapRuns,
  editNumber,
  editNumber, // Twice, since readers break on lengths most.
  copyRun,
];

/** Damages a copy of a file in one to four ways; the same for the same random numbers. */
export function mutate(file: Uint8Array, random: Random, other: Uint8Array): Bytes {
  let bytes: Bytes = Uint8Array.from(file);
  for (let i = wholeBetween(random, 1, 4); i > 0; i--) {
    bytes = pick(MUTATIONS, random)(bytes, random, other);
  }
  return bytes;
}

/** Returns an offset in a file: every second one in the first 256 bytes, which hold the header. */
function placeIn(bytes: Uint8Array, random: Random): number {
  const end = random() < 0.5 ? Math.min(256, bytes.length) : bytes.length;
  return wholeBetween(random, 0, Math.max(0, end - 1));
}

/** Returns a run of at most 64 bytes. */
function runIn(bytes: Uint8Array, random: Random): readonly [start: number, end: number] {
  const start = placeIn(bytes, random);
  return [start, Math.min(bytes.length, start + wholeBetween(random, 1, 64))];
}

function flipBits(bytes: Bytes, random: Random): Bytes {
  for (let i = wholeBetween(random, 1, 8); i > 0; i--) {
    const at = placeIn(bytes, random);
    bytes[at] = bytes[at]! ^ 1 << wholeBetween(random, 0, 7);
  }
  return bytes;
}

function changeBytes(bytes: Bytes, random: Random): Bytes {
  const [start, end] = runIn(bytes, random);
  for (let at = start; at < end; at++) bytes[at] = wholeBetween(random, 0, 255);
  return bytes;
}

function cut(bytes: Bytes, random: Random): Bytes {
  return bytes.slice(0, wholeBetween(random, 0, bytes.length));
}

function removeRun(bytes: Bytes, random: Random): Bytes {
  const [start, end] = runIn(bytes, random);
  return concat(bytes.subarray(0, start), bytes.subarray(end));
}

function repeatRun(bytes: Bytes, random: Random): Bytes {
  const [start, end] = runIn(bytes, random);
  const run = Array(wholeBetween(random, 1, 20)).fill(bytes.slice(start, end));
  return concat(bytes.subarray(0, start), ...run, bytes.subarray(start));
}

function splice(bytes: Bytes, random: Random, other: Uint8Array): Bytes {
  return concat(bytes.subarray(0, placeIn(bytes, random)), other.subarray(placeIn(other, random)));
}

function swapRuns(bytes: Bytes, random: Random): Bytes {
  const [start, end] = runIn(bytes, random);
  const to = Math.max(end, placeIn(bytes, random));
  return concat(
    bytes.subarray(0, start),
    bytes.subarray(end, to),
    bytes.subarray(start, end),
    bytes.subarray(to),
  );
}

/** Overwrites a number of 1, 2 or 4 bytes with an edge, or changes it by at most 3. */
function editNumber(bytes: Bytes, random: Random): Bytes {
  const size = pick([1, 2, 4], random);
  if (bytes.length < size) return bytes;
  const at = Math.min(placeIn(bytes, random), bytes.length - size);
  const isLow = random() < 0.5;
  const places = Array.from({ length: size }, (_, i) => isLow ? at + i : at + size - 1 - i);
  const found = places.reduceRight((value, place) => value * 256 + bytes[place]!, 0);
  const value = random() < 0.5 ? pick(EDGES, random) : found + wholeBetween(random, -3, 3);
  places.forEach((place, i) => bytes[place] = Math.floor(value / 256 ** i) & 255);
  return bytes;
}

function copyRun(bytes: Bytes, random: Random): Bytes {
  const [start, end] = runIn(bytes, random);
  const run = bytes.slice(start, end);
  bytes.set(run.subarray(0, bytes.length - Math.min(bytes.length, placeIn(bytes, random))));
  return bytes;
}
