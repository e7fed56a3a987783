import { assertEquals } from "@std/assert";
import { IOU_THRESHOLDS, RECALL_THRESHOLDS } from "../../src/eval/protocol.ts";

Deno.test("IOU_THRESHOLDS are numpy.linspace(.5, .95, 10) to the last bit", () => {
  const expected = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.8999999999999999, 0.95];
  assertEquals(IOU_THRESHOLDS, expected);
});

Deno.test("RECALL_THRESHOLDS are numpy.linspace(0, 1, 101) to the last bit", () => {
  assertEquals(RECALL_THRESHOLDS.length, 101);
  const uneven = RECALL_THRESHOLDS.filter((threshold, i) => threshold !== i / 100);
  assertEquals(uneven.map(String), [
    ...["0.35000000000000003", "0.41000000000000003", "0.47000000000000003", "0.5700000000000001"],
    ...["0.6900000000000001", "0.7000000000000001", "0.8200000000000001", "0.8300000000000001"],
    ...["0.9400000000000001", "0.9500000000000001"],
  ]);
});
