#!/usr/bin/env node
import process from "node:process";
import { type RunningServer, startServer } from "../platforms/host/server.ts";
import { readConfig } from "../server/config.ts";
import { messageLine } from "../server/logger.ts";
import {
  type CommandIo,
  type CommandMain,
  commandMain,
  isMain,
  runCommand,
} from "./shared/run_command.ts";

/**
 * Runs `deno task start` and the command `retinanet-edge` of the npm package. Returns as soon as
 * the server listens.
 */
export const main: CommandMain = commandMain(serve);

let isStopping = false;

async function serve(_args: readonly string[], io: CommandIo): Promise<number> {
  const format = process.stderr.isTTY ? "text" : "json";
  const config = readConfig(process.env);
  const server = await startServer(config, format);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => void stopGracefully(server));
  }
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

/**
 * Stops the server after a signal such as Ctrl+C. Finishes the requests in progress and accepts no
 * new ones. A second signal ends the process at once.
 */
async function stopGracefully(server: RunningServer): Promise<void> {
  if (isStopping) process.exit(1);
  isStopping = true;
  await server.stop();
  process.exit(0);
}

if (isMain(import.meta)) {
  await runCommand(main);
  // Exits at once after a failed start. Otherwise, worker processes that are still loading a model
  // would keep this process alive.
  if (process.exitCode) process.exit();
}
