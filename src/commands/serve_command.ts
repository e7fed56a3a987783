import process from "node:process";
import { z } from "zod";
import { type RunningServer, startServer } from "../platforms/host/server.ts";
import { readConfig } from "../server/config.ts";
import { messageLine } from "../server/logger.ts";
import type { readArguments } from "./shared/arguments.ts";
import type { CommandSpec } from "./shared/command_spec.ts";
import { type CommandIo, type CommandMain, commandMain } from "./shared/run_command.ts";
import { onStopSignals } from "./shared/stop_signals.ts";

const SPEC = {
  name: "serve",
  summary:
    `Start the server. Environment variables configure it; an option overrides the variable of
its name.`,
  options: {
    host: z.string().optional().meta({
      value: "IP",
      description: "IP address to listen on (HOST)",
    }),
    port: z.string().optional().meta({ value: "N", description: "port to listen on (PORT)" }),
    model: z.string().optional()
      .meta({ value: "ID|MANIFEST", description: "model to load at the start (MODEL)" }),
    "models-dir": z.string().optional()
      .meta({ value: "DIR", description: "folder of the models (MODELS_DIR)" }),
    engine: z.string().optional()
      .meta({ value: "E", description: "auto, webgpu, native or wasm (ENGINE)" }),
    json: z.boolean().default(false)
      .meta({ description: "print messages and log lines as JSON (LOG=json)" }),
  },
  notes: "All variables are in docs/configuration.md. SIGINT and SIGTERM finish the requests in\n" +
    "progress; a second signal, more than a second later, ends the server at once.",
} satisfies CommandSpec;

/** Options of the command line, checked. */
type ServeOptions = ReturnType<typeof readArguments<typeof SPEC.options>>["values"];

/** Entry point of the command `serve`. */
export const serveCommand: CommandMain = commandMain(serve, SPEC);

async function serve(args: readonly string[], io: CommandIo): Promise<number> {
  const values = args.length > 0 ? await optionsIn(args, io) : { json: false };
  const format = process.stderr.isTTY ? "text" : "json";
  const config = readConfig({ ...process.env, ...settingsOf(values) });
  const server = await startServer(config, format);
  onStopSignals(["SIGINT", "SIGTERM"], {
    stop: () => void stopGracefully(server),
    end: () => process.exit(1),
  });
  void server.deaf.then(() => {
    const message = "The server accepts no connections any more: it exits, to be started again";
    console.error(messageLine(config.LOG, "error", message));
    process.exit(1);
  });
  const failed = await server.failed;
  for (const line of (await server.started).split("\n")) {
    const level = failed.some((id) => line.includes(` without ${id}: `)) ? "error" : "info";
    io.print(messageLine(config.LOG, level, line));
  }
  if (failed.length > 0 && config.EXIT_ON_LOAD_FAILURE === "on") {
    await server.stop();
    const names = failed.map((id) => `"${id}"`).join(", ");
    const message = `The server ends as models did not load (EXIT_ON_LOAD_FAILURE): ${names}`;
    io.printError(messageLine(config.LOG, "error", message));
    return 1;
  }
  return 0;
}

/** Reads the arguments. The parser is imported only if there are arguments. */
async function optionsIn(args: readonly string[], io: CommandIo): Promise<ServeOptions> {
  const { readArguments, usageOf } = await import("./shared/arguments.ts");
  const { values, files } = readArguments(args, SPEC, io);
  if (files.length === 0) return values;
  throw new TypeError(`Cannot serve ${files[0]}.\n\n${usageOf(SPEC, io)}`);
}

/** Converts the options of the command to the environment variables of the server. */
function settingsOf(values: ServeOptions): Record<string, string> {
  const { host, port, model, engine } = values;
  const settings = {
    HOST: host,
    PORT: port,
    MODEL: model,
    MODELS_DIR: values["models-dir"],
    ENGINE: engine,
    LOG: values.json ? "json" : undefined,
  };
  return Object.fromEntries(
    Object.entries(settings).flatMap(([name, value]) => value === undefined ? [] : [[name, value]]),
  );
}

/** Stops the server: finishes the requests in progress and accepts no new requests. */
async function stopGracefully(server: RunningServer): Promise<void> {
  await server.stop();
  process.exit(0);
}
