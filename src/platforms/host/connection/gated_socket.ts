import { Buffer } from "node:buffer";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { nextTick } from "node:process";
import type { DomainError } from "../../../core/domain_error.ts";
import type { CountedMessage } from "./counted_message.ts";
import { cutLength } from "./cut_length.ts";
import { LingeringSocket } from "./lingering_socket.ts";
import { nextTurn } from "./turns.ts";

/** Limits of one connection. */
export interface GateLimits {
  /**
   * Maximum milliseconds until a client has received the bytes of one write. A slower client is
   * disconnected.
   */
  readonly unsentMs: number;
  /**
   * Maximum number of requests on the connection. The server closes the connection after the
   * response to the last allowed request.
   */
  readonly maxRequests: number;
  /** Maximum received bytes that are buffered before the HTTP parser gets them. */
  readonly maxAheadBytes: number;
}

/**
 * Object that a connection notifies when the client must send something next, or when the server
 * must respond.
 */
export interface GateObserver {
  /**
   * Called when the client must send something next. Called again after each `PROGRESS` bytes of a
   * body.
   */
  waiting(socket: GatedSocket): void;
  /** Called when a request is complete, so that the client waits for the server. */
  busy(socket: GatedSocket): void;
}

/**
 * Number of body bytes between two calls of `waiting()`. The calls show that a client still sends.
 */
const PROGRESS = 65_536;

/**
 * Socket that passes one request at a time to the HTTP parser.
 *
 * `node:http` parses all received bytes at once. A block of 64 KB can contain 1,800 pipelined
 * requests, and each request takes memory for objects and a response. This socket splits the
 * received bytes at empty lines, because the header of each request ends with an empty line. The
 * socket passes the next request to the parser only after the previous response has been sent. The
 * socket does not parse requests itself, so the parser alone decides where a request ends.
 */
export class GatedSocket extends LingeringSocket {
  readonly #limits: GateLimits;
  readonly #observer: GateObserver;
  /** Number of body bytes since the last call of `waiting()` of the observer. */
  #passed = 0;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** Request that is being received. If no request is being received, the previous request. */
  #message: CountedMessage | undefined;
  #requests = 0;
  /** Number of responses that have not been sent yet. */
  #responses = 0;
  #isPumping = false;
  #awaitsTurn = false;
  #hasPassedEnd = false;

  /** Wraps a connection. */
  constructor(socket: Socket, limits: GateLimits, observer: GateObserver) {
    super(socket, limits.unsentMs);
    this.#limits = limits;
    this.#observer = observer;
    socket.on("data", (bytes: Buffer) => this.#receive(bytes));
    socket.on("end", () => {
      this.hasEnded = true;
      this.#pump();
    });
  }

  /** True while no request of the connection is in progress. */
  get isIdle(): boolean {
    return this.#responses === 0;
  }

  /**
   * Starts a request. The parser gets the next request after the response to this request has been
   * sent.
   */
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
   * Ends the body of the current request with an error. The app answers with this error.
   *
   * @returns False if the connection is not receiving a body.
   */
  refuseBody(reason: DomainError): boolean {
    const message = this.#message;
    if (this.isIdle || message === undefined || message.complete) return false;
    message.refuse(reason);
    return true;
  }

  /**
   * Continues after a pause. Passes the bytes that were buffered during the pause to the parser.
   */
  override resume(): this {
    super.resume();
    this.#pumpSoon();
    return this;
  }

  /**
   * Passes bytes to the parser in the next tick. In the current tick, the stream would only buffer
   * the bytes.
   */
  override _read(): void {
    this.#pumpSoon();
  }

  /** Passes the bytes of the next request to the parser, if the response has been sent. */
  protected override sent(): void {
    this.#goOn();
  }

  /** Drops the bytes that the parser has not got. */
  protected override release(): void {
    this.#held = [];
    this.#heldBytes = 0;
  }

  #receive(bytes: Buffer): void {
    if (this.writableEnded || this.destroyed) return this.discard(bytes.length);
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

  /**
   * Passes more bytes to the parser after a write. If a pipelined request is buffered, waits for a
   * later turn of the event loop.
   */
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

  /**
   * Passes bytes to the parser as long as `#isOpen()` allows. Pauses the connection while the
   * buffer is full.
   */
  #pump(): void {
    if (this.#isPumping || this.#isOver()) return;
    this.#isPumping = true;
    while (this.#heldBytes > 0 && this.#isOpen() && this.#pass()) { /* next part */ }
    this.#isPumping = false;
    if (this.#isOver()) return; // #pass() may have closed the connection
    if (this.hasEnded && this.#heldBytes === 0 && !this.#hasPassedEnd) {
      this.#hasPassedEnd = true;
      this.push(null);
    }
    if (this.#heldBytes >= this.#limits.maxAheadBytes) this.wrapped.pause();
    else if (this.wrapped.isPaused()) this.wrapped.resume();
  }

  #isOver(): boolean {
    return this.destroyed || this.writableEnded;
  }

  /**
   * Returns true if the parser may get bytes: a body is being received, or all responses have been
   * sent.
   */
  #isOpen(): boolean {
    if (this.isPaused() || this.readableLength > 0) return false;
    if (this.#message?.refusal !== undefined) return false;
    if (this.#awaitsTurn) return false;
    if (this.#message?.complete === false) return true;
    return this.#responses === 0 && this.writableLength === 0;
  }

  /**
   * Passes the next buffered bytes to the parser. Returns false if the request body was refused
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
