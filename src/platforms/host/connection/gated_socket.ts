import { Buffer } from "node:buffer";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { nextTick } from "node:process";
import type { DomainError } from "../../../core/domain_error.ts";
import type { CountedMessage } from "./counted_message.ts";
import { cutLength } from "./cut_length.ts";
import { nextTurn } from "./turns.ts";
import { WrappedSocket } from "./wrapped_socket.ts";

/** Limits of one connection. */
export interface GateLimits {
  /** Milliseconds until the client must have taken the bytes of one write. */
  readonly unsentMs: number;
  /** Maximum requests of the connection. The last response closes it. */
  readonly maxRequests: number;
  /** Maximum bytes that are kept until the HTTP parser gets them. */
  readonly maxAheadBytes: number;
}

/** Receives the state of a connection. */
export interface GateObserver {
  /** Called when a connection waits for its client, and after each `PROGRESS` bytes of a body. */
  waiting(socket: GatedSocket): void;
  /** Called when a request is complete, and the connection waits for the server. */
  busy(socket: GatedSocket): void;
}

/** Bytes of a body that show that its client still sends. Then `waiting()` is called again. */
const PROGRESS = 65_536;
/** Milliseconds that a connection still reads before it closes. See `destroySoon()`. */
const LINGER_MS = 1000;
/** Maximum bytes that a connection reads within `LINGER_MS`. */
const MAX_LINGER_BYTES = 2_000_000;

/**
 * Socket that passes one request at a time to the HTTP parser.
 *
 * `node:http` parses all that it has read: 64 KB hold 1,800 pipelined requests, each with its
 * objects and its response. This socket splits the received bytes at empty lines, because a request
 * can end there. The parser gets the next request once the last response has been sent. The socket
 * does not interpret the bytes, so the parser alone decides what a request is.
 */
export class GatedSocket extends WrappedSocket {
  readonly #limits: GateLimits;
  readonly #observer: GateObserver;
  /** Bytes of the body since the observer's `waiting()` was last called. */
  #passed = 0;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** Current request, or the last one if its body is complete. */
  #message: CountedMessage | undefined;
  #requests = 0;
  /** Number of responses that have not been sent yet. */
  #responses = 0;
  #isPumping = false;
  #awaitsTurn = false;
  #lingered = 0;
  #hasEnded = false;
  #hasPassedEnd = false;
  #unsent: ReturnType<typeof setTimeout> | undefined;

  /** Wraps a connection. */
  constructor(socket: Socket, limits: GateLimits, observer: GateObserver) {
    super(socket);
    this.#limits = limits;
    this.#observer = observer;
    socket.on("data", (bytes: Buffer) => this.#receive(bytes));
    socket.on("end", () => {
      this.#hasEnded = true;
      this.#pump();
    });
  }

  /** True while no request of the connection is in progress. */
  get isIdle(): boolean {
    return this.#responses === 0;
  }

  /** Starts a request. The parser gets no further request until the response has been sent. */
  begin(message: CountedMessage, response: ServerResponse): void {
    this.#message = message;
    this.#responses++;
    this.#observer.waiting(this);
    if (++this.#requests >= this.#limits.maxRequests) response.shouldKeepAlive = false;
    response.once("close", () => {
      this.#responses--;
      if (message.refusal !== undefined) this.destroySoon();
      if (this.isIdle) this.#observer.waiting(this);
      this.#goOn();
    });
  }

  /**
   * Ends the body that is arriving with an error, which the app answers.
   *
   * @returns False if no body is arriving.
   */
  refuseBody(reason: DomainError): boolean {
    const message = this.#message;
    if (this.isIdle || message === undefined || message.complete) return false;
    message.refuse(reason);
    return true;
  }

  /** Continues to read. Gives the parser the bytes that were kept during the pause. */
  override resume(): this {
    super.resume();
    this.#pumpSoon();
    return this;
  }

  /**
   * Sends what is left, then closes the connection.
   *
   * If a connection is closed while it has unread bytes, the system resets the connection and the
   * client may lose the response. So this socket first reads on for a moment.
   */
  destroySoon(): void {
    if (this.destroyed) return;
    this.#release();
    const linger = () => {
      if (this.#hasEnded) return void this.destroy();
      const timer = setTimeout(() => this.destroy(), LINGER_MS);
      this.once("close", () => clearTimeout(timer));
      this.wrapped.once("end", () => this.destroy());
      this.wrapped.resume();
    };
    if (this.writableFinished) return linger();
    this.once("finish", linger);
    this.end();
  }

  /** Gives the parser bytes in the next tick. In the current tick they would only be buffered. */
  override _read(): void {
    this.#pumpSoon();
  }

  /** Sends bytes, within the time limit. */
  override _write(bytes: Buffer, _: string, done: (error?: Error | null) => void): void {
    this.#send([bytes], done);
  }

  /** Sends several pieces of bytes, within the time limit. */
  override _writev(
    writes: readonly { readonly chunk: Buffer }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#send(writes.map(({ chunk }) => chunk), done);
  }

  /** Ends the connection towards the client. */
  override _final(done: (error?: Error | null) => void): void {
    this.wrapped.end(() => done());
  }

  /** Closes the connection. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.#unsent);
    this.#release();
    this.wrapped.destroy();
    done(error);
  }

  #send(chunks: readonly Buffer[], done: (error?: Error | null) => void): void {
    this.#unsent = setTimeout(() => this.destroy(), this.#limits.unsentMs);
    const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    this.wrapped.write(bytes, (error) => {
      clearTimeout(this.#unsent);
      done(error);
      if (!error) this.#goOn();
    });
  }

  #receive(bytes: Buffer): void {
    if (this.writableEnded || this.destroyed) return this.#linger(bytes.length);
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    this.#pump();
  }

  #report(bytes: number): void {
    if (this.isIdle) return;
    if (this.#message?.complete) return this.#observer.busy(this);
    this.#passed += bytes;
    if (this.#passed < PROGRESS) return;
    this.#passed = 0;
    this.#observer.waiting(this);
  }

  #linger(bytes: number): void {
    this.#lingered += bytes;
    if (this.#lingered > MAX_LINGER_BYTES && !this.destroyed && this.writableFinished) {
      this.destroy();
    }
  }

  #release(): void {
    this.#held = [];
    this.#heldBytes = 0;
  }

  /** Continues after a response. A pipelined request begins in a later turn of the event loop. */
  #goOn(): void {
    if (this.#heldBytes > 0 && this.#message?.complete !== false) this.#waitForTurn();
    else this.#pump();
  }

  #waitForTurn(): void {
    if (this.#awaitsTurn) return;
    this.#awaitsTurn = true;
    nextTurn(() => {
      this.#awaitsTurn = false;
      this.#pump();
    });
  }

  #pumpSoon(): void {
    nextTick(() => this.#pump());
  }

  /** Gives the parser bytes while it may get some. Reads on while there is room for more bytes. */
  #pump(): void {
    if (this.#isPumping || this.#isOver()) return;
    this.#isPumping = true;
    while (this.#heldBytes > 0 && this.#isOpen() && this.#pass()) { /* the next part */ }
    this.#isPumping = false;
    if (this.#isOver()) return; // a refused part may have closed the connection
    if (this.#hasEnded && this.#heldBytes === 0 && !this.#hasPassedEnd) {
      this.#hasPassedEnd = true;
      this.push(null);
    }
    if (this.#heldBytes >= this.#limits.maxAheadBytes) this.wrapped.pause();
    else if (this.wrapped.isPaused()) this.wrapped.resume();
  }

  #isOver(): boolean {
    return this.destroyed || this.writableEnded;
  }

  /** True if the parser may get bytes: a body is arriving, or all responses have been sent. */
  #isOpen(): boolean {
    if (this.isPaused() || this.readableLength > 0) return false;
    if (this.#message?.refusal !== undefined) return false;
    if (this.#awaitsTurn) return false;
    if (this.#message?.complete === false) return true;
    return this.#responses === 0 && this.writableLength === 0;
  }

  /**
   * Gives the parser the next of the kept bytes. Returns false if the request body was refused
   * because of these bytes.
   */
  #pass(): boolean {
    const bytes = this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held);
    const message = this.#message?.complete === false ? this.#message : undefined;
    const length = message === undefined ? cutLength(bytes, 0) : message.cutLength(bytes);
    const rest = bytes.subarray(length);
    this.#held = rest.length > 0 ? [rest] : [];
    this.#heldBytes = rest.length;
    this.push(bytes.subarray(0, length));
    const isRefused = this.#responses > 0 && message?.count(length) === true;
    this.#report(length);
    if (message?.flush() === false) this.pause();
    if (message?.isChoppy) this.#waitForTurn();
    return !isRefused;
  }
}
