import { connect, type Server } from "node:net";

/** Intervals of a {@linkcode watchListener}. */
export interface ProbeIntervals {
  /** Milliseconds between two probes. A probe that takes longer has failed. */
  readonly everyMs: number;
  /** Number of probes that must fail one after the other. */
  readonly failures: number;
}

/**
 * Connects to a server of this process now and then, and reports when the server is deaf: after
 * file descriptors ran out, `node:http` of Deno accepts no connection again, without an error.
 *
 * @param onDeaf Called once, when several probes in a row were not accepted.
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
    // An error means that the server refuses, or that no file descriptor is left.
    const probe = connect(port, host).on("error", () => {});
    setTimeout(() => probe.destroy(), everyMs / 2).unref();
    probe.unref();
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
