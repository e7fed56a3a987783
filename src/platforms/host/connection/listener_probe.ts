import { connect, type Server } from "node:net";

/** Options of {@linkcode watchListener}. */
export interface ProbeIntervals {
  /**
   * Milliseconds between two test connections. A test connection has failed if the server does not
   * accept it before the next test connection.
   */
  readonly everyMs: number;
  /**
   * Maximum number of failed test connections in a row. After one more failure, `onDeaf` is called.
   */
  readonly failures: number;
}

/**
 * Connects to a server of this process at intervals, to notice when the server stops accepting
 * connections.
 *
 * These test connections are needed on Deno. After Deno has run out of file descriptors,
 * `node:http` accepts no further connections and reports no error.
 *
 * @param onDeaf Called once, after too many test connections in a row have failed.
 * @returns Function that ends the watch.
 */
export function watchListener(
  server: Server,
  port: number,
  hostname: string,
  { everyMs, failures }: ProbeIntervals,
  onDeaf: () => void,
): () => void {
  let accepted = 0;
  let seen = 0;
  let failed = 0;
  server.on("connection", () => accepted++);
  const host = hostname === "0.0.0.0" ? "127.0.0.1" : hostname === "::" ? "::1" : hostname;
  const timer = setInterval(() => {
    failed = accepted > seen ? 0 : failed + 1;
    if (failed > failures) {
      clearInterval(timer);
      return onDeaf();
    }
    seen = accepted;
    // Errors are ignored, because the missing `connection` event already shows that the connection
    // has failed.
    const probe = connect(port, host).on("error", () => {});
    setTimeout(() => probe.destroy(), everyMs / 2).unref();
    probe.unref();
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
