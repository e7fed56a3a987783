import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/**
 * Stream that `node:http` can use in place of a connection. This stream has the properties and
 * methods of a connection that `node:http` needs. Derived classes implement reading, writing and
 * closing.
 */
export abstract class WrappedSocket extends Duplex {
  /** Connection that this stream wraps. */
  protected readonly wrapped: Socket;

  /** Wraps a connection. An error or the end of the connection destroys the stream. */
  constructor(socket: Socket) {
    super({ allowHalfOpen: true, highWaterMark: 16_384 });
    this.wrapped = socket;
    socket.on("timeout", () => this.emit("timeout"));
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.destroy());
  }

  /** IP address of the client. */
  get remoteAddress(): string | undefined {
    return this.wrapped.remoteAddress;
  }
  /** Port of the client. */
  get remotePort(): number | undefined {
    return this.wrapped.remotePort;
  }
  /** Family of the IP address of the client. */
  get remoteFamily(): string | undefined {
    return this.wrapped.remoteFamily;
  }
  /** IP address that the client has connected to. */
  get localAddress(): string | undefined {
    return this.wrapped.localAddress;
  }
  /** Port that the client has connected to. */
  get localPort(): number | undefined {
    return this.wrapped.localPort;
  }
  /** Bytes received. */
  get bytesRead(): number {
    return this.wrapped.bytesRead;
  }
  /** Bytes sent. */
  get bytesWritten(): number {
    return this.wrapped.bytesWritten;
  }

  /** Emits the event `timeout` after `ms` milliseconds without traffic. */
  setTimeout(ms: number, listener?: () => void): this {
    this.wrapped.setTimeout(ms);
    if (listener !== undefined) this.once("timeout", listener);
    return this;
  }
  /** Sets the TCP option `TCP_NODELAY` of the connection. */
  setNoDelay(on?: boolean): this {
    this.wrapped.setNoDelay(on);
    return this;
  }
  /** Sets the TCP option `SO_KEEPALIVE` of the connection. */
  setKeepAlive(on?: boolean, delayMs?: number): this {
    this.wrapped.setKeepAlive(on, delayMs);
    return this;
  }
  /** Keeps the program running while the connection is open. */
  ref(): this {
    this.wrapped.ref();
    return this;
  }
  /** Lets the program end while the connection is open. */
  unref(): this {
    this.wrapped.unref();
    return this;
  }
}
