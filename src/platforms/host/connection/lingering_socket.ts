import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { WrappedSocket } from "./wrapped_socket.ts";

/**
 * Maximum milliseconds that `destroySoon()` reads and discards bytes before it closes the
 * connection.
 */
const LINGER_MS = 1000;
/** Maximum bytes that `destroySoon()` reads and discards before it closes the connection. */
const MAX_LINGER_BYTES = 2_000_000;

/**
 * Socket that disconnects clients that receive too slowly, and that closes a connection only after
 * the client could receive the whole response. Derived classes implement reading.
 */
export abstract class LingeringSocket extends WrappedSocket {
  readonly #unsentMs: number;
  #unsent: ReturnType<typeof setTimeout> | undefined;
  #lingered = 0;
  /** True if the client has sent its last byte. */
  protected hasEnded = false;

  /**
   * Wraps a connection.
   *
   * @param unsentMs Maximum milliseconds until a client has received the bytes of one write.
   */
  constructor(socket: Socket, unsentMs: number) {
    super(socket);
    this.#unsentMs = unsentMs;
  }

  /** Called when the bytes of a write have been sent. */
  protected abstract sent(): void;

  /** Drops the received bytes that are buffered. Called when the connection closes. */
  protected abstract release(): void;

  /**
   * Sends all buffered bytes of the response, then closes the connection.
   *
   * The operating system resets a connection that is closed with unread bytes, and the client may
   * lose the response. To avoid this, the socket first reads and discards bytes for at most
   * `LINGER_MS`.
   */
  destroySoon(): void {
    if (this.destroyed) return;
    this.release();
    const linger = () => {
      if (this.hasEnded) return void this.destroy();
      const timer = setTimeout(() => this.destroy(), LINGER_MS);
      this.once("close", () => clearTimeout(timer));
      this.wrapped.once("end", () => this.destroy());
      this.wrapped.resume();
    };
    if (this.writableFinished) return linger();
    this.once("finish", linger);
    this.end();
  }

  /** Counts bytes that were received and discarded after the response. */
  protected discard(bytes: number): void {
    this.#lingered += bytes;
    if (this.#lingered > MAX_LINGER_BYTES && !this.destroyed && this.writableFinished) {
      this.destroy();
    }
  }

  /**
   * Sends bytes. Closes the connection if the client does not receive the bytes within `unsentMs`.
   */
  override _write(bytes: Buffer, _: string, done: (error?: Error | null) => void): void {
    this.#send([bytes], done);
  }

  /**
   * Sends several pieces of bytes. Closes the connection if the client does not receive the pieces
   * within `unsentMs`.
   */
  override _writev(
    writes: readonly { readonly chunk: Buffer }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#send(writes.map(({ chunk }) => chunk), done);
  }

  /** Sends the end of the stream. The client can still send. */
  override _final(done: (error?: Error | null) => void): void {
    this.wrapped.end(() => done());
  }

  /** Closes the connection. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#unsent);
    this.release();
    this.wrapped.destroy();
    done(error);
  }

  #send(chunks: readonly Buffer[], done: (error?: Error | null) => void): void {
    this.#unsent = setTimeout(() => this.destroy(), this.#unsentMs);
    const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    this.wrapped.write(bytes, (error) => {
      clearTimeout(this.#unsent);
      done(error);
      if (!error) this.sent();
    });
  }
}
