import { PassThrough } from "node:stream";
import { assertEquals } from "@std/assert";
import { FrameWriter, readFrames } from "../../../../src/platforms/host/process/frames.ts";

Deno.test("FrameWriter writes messages in order, with images of every size", async () => {
  const image = (length: number) => Uint8Array.from({ length }, (_, i) => i % 251);
  const raw = { data: image(30), width: 2, height: 5 };
  const messages = [
    { kind: "load", load: { model: "a" } },
    { kind: "detect", id: 1, image: image(3_000_001), options: {} },
    { kind: "detect", id: 2, image: image(0), options: { scoreThreshold: 0.5 } },
    { kind: "detect", id: 3, image: raw, options: {} },
    { kind: "detect", id: 4, image: image(1), options: {} },
    { kind: "detect", id: 5, image: image(1 << 18), options: {} },
    { kind: "end" },
  ];
  const pipe = new PassThrough();
  const writer = new FrameWriter(pipe);
  for (const message of messages) writer.write(message);
  const read: unknown[] = [];
  await readFrames(pipe, (message) => {
    read.push(message);
    if (read.length === messages.length) pipe.end();
  });
  assertEquals(read, messages);
});

Deno.test("FrameWriter gives up an image whose pipe was closed", async () => {
  const pipe = new PassThrough();
  const writer = new FrameWriter(pipe);
  writer.write({ kind: "detect", id: 1, image: new Uint8Array(3_000_000), options: {} });
  pipe.destroy();
  await new Promise((resolve) => pipe.once("close", resolve));
});
