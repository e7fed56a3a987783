import { Buffer } from "node:buffer";
import type { Readable, Writable } from "node:stream";
import { deserialize, serialize } from "node:v8";

/** Bytes before each message. They contain the length of the message. */
const HEAD = 4;

/** Writes a message to a pipe: its length in bytes, then the message as V8 serialises it. */
export function writeFrame(pipe: Writable, message: unknown): void {
  const body = serialize(message);
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(body.length);
  pipe.write(head);
  pipe.write(body);
}

/** Reads the messages that `writeFrame()` wrote to a pipe. Resolves when the pipe ends. */
export async function readFrames(
  pipe: Readable,
  onMessage: (message: unknown) => void,
): Promise<void> {
  let parts: Buffer[] = [];
  let length = 0;
  let wanted = HEAD;
  let isBody = false;
  for await (const chunk of pipe as AsyncIterable<Buffer>) {
    parts.push(chunk);
    length += chunk.length;
    while (length >= wanted) {
      const all = Buffer.concat(parts);
      const frame = all.subarray(0, wanted);
      parts = [all.subarray(wanted)];
      length -= wanted;
      if (isBody) onMessage(deserialize(frame));
      wanted = isBody ? HEAD : frame.readUInt32LE();
      isBody = !isBody;
    }
  }
}
