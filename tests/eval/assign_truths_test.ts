import { assertEquals } from "@std/assert";
import { assignTruths, imagePair } from "../../src/eval/evaluate_image.ts";
import type { CocoBox } from "../../src/eval/coco.ts";
import { found, object } from "./tiny.ts";

const SQUARE: CocoBox = [0, 0, 10, 10];

Deno.test("assignTruths() lets the better score choose first", () => {
  // The second in line overlaps the only object fully, the first by half.
  const pair = imagePair([object(SQUARE)], [found(SQUARE, 0.8), found([0, 0, 10, 5], 0.9)]);
  assertEquals([...assignTruths(pair, [false], 0.5)], [0, -1]);
});

Deno.test("assignTruths() takes the truth of the largest overlap", () => {
  // 80 and 90 of 100 px².
  const pair = imagePair([object([0, 0, 10, 8]), object([0, 0, 10, 9])], [found(SQUARE, 1)]);
  assertEquals([...assignTruths(pair, [false, false], 0.5)], [1]);
});

Deno.test("assignTruths() takes the last of equal truths", () => {
  const pair = imagePair([object(SQUARE), object(SQUARE)], [found(SQUARE, 1)]);
  assertEquals([...assignTruths(pair, [false, false], 0.5)], [1]);
});

Deno.test("assignTruths() prefers a truth that counts to one of more overlap that is ignored", () => {
  const truths = [object(SQUARE), object([0, 0, 10, 6])];
  const pair = imagePair(truths, [found(SQUARE, 1)]);
  assertEquals([...assignTruths(pair, [true, false], 0.5)], [1]);
  assertEquals([...assignTruths(pair, [true, false], 0.7)], [0]);
});

Deno.test("assignTruths() uses up an ignored object but never a crowd", () => {
  const twice = [found(SQUARE, 0.9), found(SQUARE, 0.8)];
  const ordinary = imagePair([object(SQUARE)], twice);
  assertEquals([...assignTruths(ordinary, [true], 0.5)], [0, -1]);
  const crowd = imagePair([object(SQUARE, { iscrowd: 1 })], twice);
  assertEquals([...assignTruths(crowd, [true], 0.5)], [0, 0]);
});

Deno.test("assignTruths() counts an overlap that equals the threshold", () => {
  const pair = imagePair([object(SQUARE)], [found([0, 0, 10, 5], 1)]);
  assertEquals([...assignTruths(pair, [false], 0.5)], [0]);
  assertEquals([...assignTruths(pair, [false], 0.5000001)], [-1]);
});
