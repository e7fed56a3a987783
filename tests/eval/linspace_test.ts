import { assertEquals } from "@std/assert";
import { linspace } from "../../src/eval/linspace.ts";

Deno.test("linspace() ends at its stop even if the multiplied step does not", () => {
  // numpy.linspace(0, .9, 7); 6 · (.9 / 6) is 0.8999999999999999.
  assertEquals(linspace(0, 0.9, 7), [0, 0.15, 0.3, 0.44999999999999996, 0.6, 0.75, 0.9]);
});
