import { type Random, wholeBetween } from "../random.ts";
import type { Bytes } from "./bomb.ts";
import { concat } from "./parts.ts";

/** One way to damage a file; `other` is a file to take parts from. */
type Mutation = (bytes: Bytes, random: Random, other: Uint8Array) => Bytes;

/** Values that lengths and counts go wrong with. */
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
  editNumber, // Lengths are where readers break.
  copyRun,
];

/** A file with one to four kinds of damage; the same for the same random numbers. */
export function mutate(file: Uint8Array, random: Random, other: Uint8Array): Bytes {
  let bytes: Bytes = Uint8Array.from(file);
  for (let i = wholeBetween(random, 1, 4); i > 0; i--) {
    bytes = MUTATIONS[wholeBetween(random, 0, MUTATIONS.length - 1)](bytes, random, other);
  }
  return bytes;
}

/** A place in a file, as often in its first 256 bytes, where its header is, as anywhere. */
function placeIn(bytes: Uint8Array, random: Random): number {
  const end = random() < 0.5 ? Math.min(256, bytes.length) : bytes.length;
  return wholeBetween(random, 0, Math.max(0, end - 1));
}

/** A run of at most 64 bytes. */
function runIn(bytes: Uint8Array, random: Random): readonly [start: number, end: number] {
  const start = placeIn(bytes, random);
  return [start, Math.min(bytes.length, start + wholeBetween(random, 1, 64))];
}

function flipBits(bytes: Bytes, random: Random): Bytes {
  for (let i = wholeBetween(random, 1, 8); i > 0; i--) {
    bytes[placeIn(bytes, random)] ^= 1 << wholeBetween(random, 0, 7);
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

/** Writes an edge, or what is there and a little more or less, over 1, 2 or 4 bytes. */
function editNumber(bytes: Bytes, random: Random): Bytes {
  const size = [1, 2, 4][wholeBetween(random, 0, 2)];
  if (bytes.length < size) return bytes;
  const at = Math.min(placeIn(bytes, random), bytes.length - size);
  const isLow = random() < 0.5;
  const places = Array.from({ length: size }, (_, i) => isLow ? at + i : at + size - 1 - i);
  const found = places.reduceRight((value, place) => value * 256 + bytes[place], 0);
  const value = random() < 0.5
    ? EDGES[wholeBetween(random, 0, EDGES.length - 1)]
    : found + wholeBetween(random, -3, 3);
  places.forEach((place, i) => bytes[place] = Math.floor(value / 256 ** i) & 255);
  return bytes;
}

function copyRun(bytes: Bytes, random: Random): Bytes {
  const [start, end] = runIn(bytes, random);
  const run = bytes.slice(start, end);
  bytes.set(run.subarray(0, bytes.length - Math.min(bytes.length, placeIn(bytes, random))));
  return bytes;
}
