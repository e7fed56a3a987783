import { assertEquals } from "@std/assert";
import { crowdIou } from "../../src/eval/crowd_iou.ts";

Deno.test("crowdIou() holds an object against the union", () => {
  // 10x10 and 10x10, 4 to the right: 60 shared, 100 + 100 − 60 = 140 together.
  assertEquals(crowdIou([0, 0, 10, 10], [4, 0, 10, 10], false), 60 / 140);
});

Deno.test("crowdIou() holds a crowd against the result alone", () => {
  // 60 shared, 100 in the result.
  assertEquals(crowdIou([0, 0, 10, 10], [4, 0, 10, 10], true), 0.6);
});

Deno.test("crowdIou() gives 0 where boxes touch, lie apart or have no area", () => {
  assertEquals(crowdIou([0, 0, 10, 10], [10, 0, 10, 10], false), 0);
  assertEquals(crowdIou([0, 0, 10, 10], [0, 30, 10, 10], false), 0);
  assertEquals(crowdIou([5, 5, 0, 0], [0, 0, 10, 10], true), 0);
  assertEquals(crowdIou([5, 5, 0, 0], [5, 5, 0, 0], false), 0);
});
