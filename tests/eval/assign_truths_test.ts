import { assertEquals } from "@std/assert";
import { assignTruths, imagePair } from "../../src/eval/evaluate_image.ts";
import type { CocoBox } from "../../src/eval/coco.ts";
import { found, object } from "./tiny.ts";

const SQUARE: CocoBox = [0, 0, 10, 10];

Deno.test("assignTruths() lets the better score choose first", () => {
  // The worse result overlaps the only object fully, the better one by half.
  const pair = imagePair([object(SQUARE)], [found(SQUARE, 0.8), found([0, 0, 10, 5], 0.9)]);
  assertEquals([...assignTruths(pair, [false], 0.5)], [0, -1]);
});

Deno.test("assignTruths() chooses the truth with the highest IoU", () => {
  // The IoUs are 0.8 and 0.9.
  const pair = imagePair([object([0, 0, 10, 8]), object([0, 0, 10, 9])], [found(SQUARE, 1)]);
  assertEquals([...assignTruths(pair, [false, false], 0.5)], [1]);
});

Deno.test("assignTruths() chooses the last of equal truths", () => {
  const pair = imagePair([object(SQUARE), object(SQUARE)], [found(SQUARE, 1)]);
  assertEquals([...assignTruths(pair, [false, false], 0.5)], [1]);
});

Deno.test("assignTruths() prefers a counted truth to an ignored one with a higher IoU", () => {
  const truths = [object(SQUARE), object([0, 0, 10, 6])];
  const pair = imagePair(truths, [found(SQUARE, 1)]);
  assertEquals([...assignTruths(pair, [true, false], 0.5)], [1]);
  assertEquals([...assignTruths(pair, [true, false], 0.7)], [0]);
});

Deno.test("assignTruths() matches an ignored object once but a crowd many times", () => {
  const twice = [found(SQUARE, 0.9), found(SQUARE, 0.8)];
  const ordinary = imagePair([object(SQUARE)], twice);
  assertEquals([...assignTruths(ordinary, [true], 0.5)], [0, -1]);
  const crowd = imagePair([object(SQUARE, { iscrowd: 1 })], twice);
  assertEquals([...assignTruths(crowd, [true], 0.5)], [0, 0]);
});

Deno.test("assignTruths() matches at an IoU equal to the threshold", () => {
  const pair = imagePair([object(SQUARE)], [found([0, 0, 10, 5], 1)]);
  assertEquals([...assignTruths(pair, [false], 0.5)], [0]);
  assertEquals([...assignTruths(pair, [false], 0.5000001)], [-1]);
});
