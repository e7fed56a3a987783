import { assertEquals } from "@std/assert";
import { editDistance, nearestName } from "../../src/core/nearest_name.ts";

for (
  const [a, b, distance] of [
    ["", "", 0],
    ["", "abc", 3],
    ["abc", "", 3],
    ["score", "score", 0],
    ["scor", "score", 1],
    ["scorre", "score", 1],
    ["scare", "score", 1],
    ["scroe", "score", 1], // two neighbours exchanged
    ["modle", "model", 1],
    ["csore", "score", 1],
    ["mdole", "model", 2], // two pairs exchanged
    ["ca", "abc", 3], // a letter between exchanged neighbours counts as no exchange
    ["kitten", "sitting", 3],
  ] as const
) {
  Deno.test(`editDistance() of "${a}" and "${b}" is ${distance}`, () => {
    assertEquals([editDistance(a, b), editDistance(b, a)], [distance, distance]);
  });
}

const OPTIONS = ["model", "engine", "limits", "queue", "threads", "iou", "max", "scoreThreshold"];

for (
  const [name, expected] of [
    ["modle", "model"],
    ["mdoel", "model"],
    ["model_", "model"],
    ["engien", "engine"],
    ["qeueu", undefined], // 2 of 5 letters
    ["iuo", "iou"],
    ["mxa", "max"],
    ["score", "scoreThreshold"],
    ["Score-Threshold", "scoreThreshold"],
    ["colour", undefined],
    ["x".repeat(60), undefined],
  ] as const
) {
  Deno.test(`nearestName() takes ${name.slice(0, 20)} for ${expected ?? "no option"}`, () => {
    assertEquals(nearestName(name, OPTIONS), expected);
  });
}
