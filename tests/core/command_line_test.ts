import { assertEquals } from "@std/assert";
import { commandLine, isClone } from "../../src/core/command_line.ts";

for (
  const [url, isSource] of [
    [undefined, true], // these tests run in a clone
    ["file:///home/me/retinanet-edge/src/core/command_line.ts", true],
    ["file:///app/node_modules/@retinanet-edge/retinanet-edge/src/core/command_line.js", false],
    ["https://jsr.io/@retinanet-edge/retinanet-edge/0.2.0/src/core/command_line.ts", false],
    ["https://example.com/assets/worker.js", false],
    ["", false],
  ] as const
) {
  Deno.test(`commandLine() names ${isSource ? "a task" : "the program"} at ${url}`, () => {
    assertEquals(isClone(url), isSource);
    const start = isSource ? "deno task" : "retinanet-edge";
    assertEquals(commandLine("model pull far", url), `${start} model pull far`);
  });
}
