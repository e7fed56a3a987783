import { Buffer } from "node:buffer";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { deserialize, serialize } from "node:v8";

/**
 * Number of bytes before each message. These bytes contain the length of the message and the length
 * of the image in the message.
 */
const HEAD = 8;
/** Bytes of an image that are written in one turn of the event loop. */
const STEP = 1 << 18;

/** Writes a message to a pipe: first the length in bytes, then the message as V8 serialises it. */
export function writeFrame(pipe: Writable, message: unknown): void {
  writeStart(pipe, message, 0);
}

/**
 * Writes messages to a pipe one after the other, and the bytes of an image in steps.
 *
 * Serialising and writing an image of 20 MB at once takes 40 to 80 ms. The server could not answer
 * other requests during that time.
 */
export class FrameWriter {
  readonly #pipe: Writable;
  #last: Promise<void> | undefined;

  /** Creates the writer of a pipe. Nothing else may write to the pipe. */
  constructor(pipe: Writable) {
    this.#pipe = pipe;
  }

  /** Writes a message after all earlier messages. */
  write(message: unknown): void {
    const image = imageOf(message);
    if (image === undefined && this.#last === undefined) return writeFrame(this.#pipe, message);
    const write = () => this.#write(message, image);
    const writing = (this.#last ?? Promise.resolve()).then(write, write).finally(() => {
      if (this.#last === writing) this.#last = undefined;
    });
    this.#last = writing;
    writing.catch(() => {}); // the "exit" event reports that the process has ended
  }

  async #write(message: unknown, image: Uint8Array | undefined): Promise<void> {
    if (image === undefined) return writeFrame(this.#pipe, message);
    writeStart(this.#pipe, { ...message as object, image: null }, image.length);
    for (let at = 0; at < image.length; at += STEP) {
      if (this.#pipe.destroyed) return;
      const hasRoom = this.#pipe.write(image.subarray(at, at + STEP));
      if (!hasRoom) await drained(this.#pipe);
      await nextTurn();
    }
  }
}

/** Reads the messages that were written to a pipe. Resolves when the pipe ends. */
export async function readFrames(
  pipe: Readable,
  onMessage: (message: unknown) => void,
): Promise<void> {
  const frame = new FrameReader(onMessage);
  for await (const chunk of pipe as AsyncIterable<Buffer>) frame.read(chunk);
}

/**
 * Splits the bytes of a pipe into messages. Copies each byte only once, into memory of the right
 * length. Joining the chunks of an image of 20 MB would leave two copies as garbage.
 */
class FrameReader {
  readonly #onMessage: (message: unknown) => void;
  #stage: "head" | "body" | "image" = "head";
  #target = new Uint8Array(HEAD);
  #filled = 0;
  #imageLength = 0;
  #message: unknown;

  constructor(onMessage: (message: unknown) => void) {
    this.#onMessage = onMessage;
  }

  read(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + this.#target.length - this.#filled);
      this.#target.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === this.#target.length) this.#next();
    }
  }

  #next(): void {
    if (this.#stage === "head") {
      const head = new DataView(this.#target.buffer);
      this.#imageLength = head.getUint32(4, true);
      return this.#expect("body", head.getUint32(0, true));
    }
    if (this.#stage === "body") this.#message = deserialize(this.#target);
    else (this.#message as { image?: Uint8Array }).image = this.#target;
    if (this.#stage === "body" && this.#imageLength > 0) {
      return this.#expect("image", this.#imageLength);
    }
    const message = this.#message;
    this.#message = undefined;
    this.#expect("head", HEAD);
    this.#onMessage(message);
  }

  #expect(stage: "head" | "body" | "image", length: number): void {
    this.#stage = stage;
    this.#target = new Uint8Array(length);
    this.#filled = 0;
  }
}

/** Waits until more bytes can be written to a pipe, or the pipe is closed. */
async function drained(pipe: Writable): Promise<void> {
  const done = new AbortController();
  const { signal } = done;
  try {
    await Promise.race([once(pipe, "drain", { signal }), once(pipe, "close", { signal })]);
  } finally {
    done.abort(); // removes the listener that was not called
  }
}

function writeStart(pipe: Writable, message: unknown, imageLength: number): void {
  const body = serialize(message);
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(body.length, 0);
  head.writeUInt32LE(imageLength, 4);
  pipe.write(head);
  pipe.write(body);
}

/**
 * Returns the image file of a message, or undefined if the message has no image file. Raw pixels
 * are serialised like all other fields.
 */
function imageOf(message: unknown): Uint8Array | undefined {
  if (typeof message !== "object" || message === null || !("image" in message)) return undefined;
  const { image } = message;
  return image instanceof Uint8Array && image.length > 0 ? image : undefined;
}
