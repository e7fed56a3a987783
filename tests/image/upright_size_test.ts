import { assertEquals } from "@std/assert";
import type { Orientation } from "../../src/image/formats/exif_orientation.ts";
import { uprightSize } from "../../src/image/upright_size.ts";

Deno.test("uprightSize() keeps the sides for orientations 1 to 4 and swaps them for 5 to 8", () => {
  for (const orientation of [1, 2, 3, 4] satisfies Orientation[]) {
    const size = uprightSize({ width: 30, height: 20, orientation });
    assertEquals(size, { width: 30, height: 20 });
  }
  for (const orientation of [5, 6, 7, 8] satisfies Orientation[]) {
    const size = uprightSize({ width: 30, height: 20, orientation });
    assertEquals(size, { width: 20, height: 30 });
  }
});
