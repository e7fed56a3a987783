import { assertEquals } from "@std/assert";
import { ByteList } from "../../src/core/byte_list.ts";

Deno.test("ByteList joins chunks of every size in order", () => {
  const sizes = [1, 0, 5000, 3, 4095, 4096, 4097, 16_383, 2, ...Array(20_000).fill(1), 4095, 4095];
  let next = 0;
  const chunks = sizes.map((size) => Uint8Array.from({ length: size }, () => next++ % 251));
  const list = new ByteList();
  for (const chunk of chunks) list.add(chunk);
  const joined = list.joined();
  assertEquals(joined.length, next);
  assertEquals(joined.findIndex((byte, i) => byte !== i % 251), -1);
});
