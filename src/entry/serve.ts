import { createApp } from "../../routes/app.ts";
import { DetectorSlot } from "../detect/detector_slot.ts";
import { type Config, readConfig } from "./config.ts";
import { runCommand } from "./run_command.ts";
import { startDetector } from "./start_detector.ts";

/** A server that listens. */
export interface RunningServer {
  /** Where it listens. */
  readonly url: string;
  /** One line on how the start ended: what is served, or why it cannot be. */
  readonly started: Promise<string>;
  /** Stops listening and frees the model. */
  stop(): Promise<void>;
}

/** Listens at once and loads the model beside that; `/readyz` tells when it is done. */
export function serve(config: Config): RunningServer {
  const loading = startDetector({
    model: config.MODEL,
    engine: config.ENGINE,
    threads: config.THREADS,
    limits: { maxBytes: config.MAX_BYTES, maxPixels: config.MAX_PIXELS },
  });
  const slot = new DetectorSlot(config.MODEL, loading);
  const app = createApp({
    slots: new Map([[slot.id, slot]]),
    maxBytes: config.MAX_BYTES,
    log: (error) => console.error(error),
  });
  const listen = { hostname: config.HOST, port: config.PORT, onListen: () => {} };
  const server = Deno.serve(listen, app.fetch);
  const host = server.addr.hostname.includes(":")
    ? `[${server.addr.hostname}]`
    : server.addr.hostname;
  const url = `http://${host}:${server.addr.port}`;
  return {
    url,
    started: loading.then(
      ({ model, engine: { provider, threads, reason } }) =>
        `Serving ${model.id} at ${url} on ${provider}, ${counted(threads, "thread")} (${reason})`,
      (error: Error) => `Listening at ${url} without a model: ${error.message}`,
    ),
    async stop() {
      await server.shutdown();
      await loading.then((detector) => detector.close(), () => {});
    },
  };
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}

if (import.meta.main) {
  await runCommand(async () => console.log(await serve(readConfig(Deno.env.toObject())).started));
}
