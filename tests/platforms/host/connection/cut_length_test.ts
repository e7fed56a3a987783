import { Buffer } from "node:buffer";
import { assertEquals } from "@std/assert";
import { cutLength } from "../../../../src/platforms/host/connection/cut_length.ts";

for (
  const [text, least, length] of [
    ["", 0, 0],
    ["GET / HTTP/1.1\r\n", 0, 16],
    ["GET / HTTP/1.1\r\n\r\nGET /", 0, 18],
    ["a\n\nb", 0, 3],
    ["a\n\r\nb", 0, 4],
    ["a\r\n\r", 0, 4],
    ["\r\n\r\nb", 0, 4],
    ["a\r\n\r\nb\r\n\r\nc", 3, 10],
    ["a\r\n\r\nb", 4, 6],
    ["a".repeat(20_000), 0, 16_384],
    ["a".repeat(16_383) + "\r\n\r\n", 0, 16_384],
  ] as const
) {
  const name = JSON.stringify(text.slice(0, 30));
  Deno.test(`cutLength() of ${name} with at least ${least} is ${length}`, () => {
    assertEquals(cutLength(Buffer.from(text), least), length);
  });
}
