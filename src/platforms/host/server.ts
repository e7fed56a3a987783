import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context } from "hono";
import type { Config } from "../../server/config.ts";
import { type LogFormat, messageLine } from "../../server/logger.ts";
import type { ModelRegistry } from "../../serving/model_registry.ts";
import { type ConnectionRoom, connectionRoom, maxOpenFiles } from "./connection/open_files.ts";
import { openMetrics } from "./open_metrics.ts";
import { importLate } from "./own_module.ts";
import { endSpares } from "./process/spare_process.ts";
import { processRegistry } from "./process_registry.ts";
import { workerCounts } from "./worker_counts.ts";

/** Server that is listening. */
export interface RunningServer {
  /** URL of the server. */
  readonly url: string;
  /**
   * Text with one line per model that loads at start-up, and one line with the URL of the web page.
   * The line of a model names the engine, or the reason why the model did not load.
   */
  readonly started: Promise<string>;
  /** Resolves with the ids of the start-up models that failed to load. */
  readonly failed: Promise<readonly string[]>;
  /** Resolves if the server stops accepting connections because of an error. */
  readonly deaf: Promise<void>;
  /**
   * Stops listening, waits for the running requests, closes the models, and sends the spans that an
   * OpenTelemetry SDK has collected. Cuts off requests that are still running after the time in the
   * setting `SHUTDOWN_TIMEOUT_MS`.
   */
  stop(): Promise<void>;
}

/** Returns the IP address of the client's connection to a `node:http` server. */
export function peerAddress(context: Context): string | undefined {
  return getConnInfo(context).remote.address;
}

/**
 * Reads the manifests of the models and starts to listen. The models load while the server already
 * listens. `GET /readyz` reports when the models have loaded.
 *
 * @param logFormat Format of log lines if the setting `LOG` is unset.
 */
export async function startServer(config: Config, logFormat: LogFormat): Promise<RunningServer> {
  const { connections, backlog } = await allowedConnections(config);
  const metrics = await openMetrics(config);
  const registry = await processRegistry(config, metrics);
  void registry.started.then(endSpares);
  // Imported only now, while the worker processes load the models.
  const [{ hostApp }, { listen }, { flushTraces }] = await Promise.all([
    importLate<typeof import("./app.ts")>("./app", import.meta),
    importLate<typeof import("./listen.ts")>("./listen", import.meta),
    importLate<typeof import("../../../routes/guards/request_trace.ts")>(
      "../../../routes/guards/request_trace",
      import.meta,
    ),
  ]);
  const listener = await listen(hostApp(config, registry, { peerAddress, logFormat, metrics }), {
    hostname: config.HOST,
    port: config.PORT,
    maxConnections: connections,
    backlog,
    maxHeaderBytes: config.MAX_HEADER_BYTES,
    headerTimeoutMs: config.HEADER_TIMEOUT_MS,
    bodyTimeoutMs: config.BODY_TIMEOUT_MS,
  }).catch((error: unknown) => {
    // Closes the worker processes, because they would otherwise keep the program running. Does not
    // wait, so that the error is reported at once.
    void registry.close();
    throw listenFault(error, config);
  });
  return {
    url: listener.url,
    started: registry.started.then(() =>
      [startLines(registry, listener.url), ...pageLine(config, listener.url)].join("\n")
    ),
    failed: registry.started.then(() =>
      registry.atStart.filter((id) => registry.state(id)?.status === "failed")
    ),
    deaf: listener.deaf,
    async stop() {
      const deadlineMs = config.SHUTDOWN_TIMEOUT_MS;
      const { promise: deadline, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, deadlineMs);
      const closed = listener.close(deadlineMs)
        .then(() => Promise.all([registry.close(), flushTraces().catch(() => {})]));
      await Promise.race([closed, deadline]);
      clearTimeout(timer);
    },
  };
}

/** Explains why the server cannot listen, and names the setting to change. */
function listenFault(error: unknown, { HOST, PORT }: Config): unknown {
  const { code } = error as { code?: string };
  const remedy = LISTEN_REMEDIES[code ?? ""];
  return remedy === undefined
    ? error
    : new Error(`Cannot listen at ${HOST}, port ${PORT}, as ${remedy}`, { cause: error });
}

/** Reasons and remedies for errors of listening, by error code. */
const LISTEN_REMEDIES: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program uses the port: set PORT to another number, or to 0 for a free port",
  EACCES: "this user may not open the port: set PORT to a number from 1024",
  EADDRNOTAVAIL: "this machine does not have the IP address: set HOST to an address of its own",
  EINVAL: "this machine does not have the IP address: set HOST to an address of its own",
  ENOTFOUND: "the host name is unknown: set HOST to an IP address of this machine",
};

/**
 * Returns the number of connections to allow. The number is `MAX_CONNECTIONS`, or less if this
 * process may not open so many files.
 */
async function allowedConnections(config: Config): Promise<ConnectionRoom> {
  const { MAX_CONNECTIONS } = config;
  const maxFiles = await maxOpenFiles();
  const room = connectionRoom(maxFiles, MAX_CONNECTIONS, workerCounts(config).workers);
  if (room.connections < MAX_CONNECTIONS) {
    const message =
      `MAX_CONNECTIONS is ${room.connections} instead of ${MAX_CONNECTIONS}, as this process may ` +
      `open ${maxFiles} files: raise the limit with ulimit -n`;
    console.error(messageLine(config.LOG, "warn", message));
  }
  return room;
}

function startLines(registry: ModelRegistry, url: string): string {
  return registry.atStart.map((id) => {
    const state = registry.state(id);
    if (state?.status === "ready") {
      const { model, engine: { provider, threads, reason } } = state.detector;
      return `Serving ${model.id} at ${url} on ${provider}, ${
        counted(threads, "thread")
      } (${reason})`;
    }
    const why = state?.status === "failed" ? state.error.message : "its memory went to others";
    return `Listening at ${url} without ${id}: ${why}`;
  }).join("\n");
}

/** Returns the line with the URL of the web page. Returns no line if there is no web page. */
function pageLine({ PAGE }: Config, url: string): string[] {
  // A browser opens no connection to 0.0.0.0 or [::], which stand for all addresses of a machine.
  const page = url.replace(/\/\/(0\.0\.0\.0|\[::\]):/, "//localhost:");
  return PAGE === "on" ? [`Open ${page}/ in a browser to try it`] : [];
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? "" : "s"}`;
}
