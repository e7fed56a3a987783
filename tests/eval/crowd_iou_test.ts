import { assertEquals } from "@std/assert";
import { crowdIou } from "../../src/eval/crowd_iou.ts";

Deno.test("crowdIou() divides by the union for an object", () => {
  // 10x10 and 10x10, 4 px apart: 60 px² are shared, the union is 100 + 100 − 60 = 140 px².
  assertEquals(crowdIou([0, 0, 10, 10], [4, 0, 10, 10], false), 60 / 140);
});

Deno.test("crowdIou() divides by the result alone for a crowd", () => {
  // 60 px² are shared, the result has 100 px².
  assertEquals(crowdIou([0, 0, 10, 10], [4, 0, 10, 10], true), 0.6);
});

Deno.test("crowdIou() is 0 for boxes that touch, lie apart or have no area", () => {
  assertEquals(crowdIou([0, 0, 10, 10], [10, 0, 10, 10], false), 0);
  assertEquals(crowdIou([0, 0, 10, 10], [0, 30, 10, 10], false), 0);
  assertEquals(crowdIou([5, 5, 0, 0], [0, 0, 10, 10], true), 0);
  assertEquals(crowdIou([5, 5, 0, 0], [5, 5, 0, 0], false), 0);
});
