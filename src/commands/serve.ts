#!/usr/bin/env node
import process from "node:process";
import { type RunningServer, startServer } from "../platforms/host/server.ts";
import { readConfig } from "../server/config.ts";
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

async function serve(_args: readonly string[], io: CommandIo): Promise<void> {
  const format = process.stderr.isTTY ? "text" : "json";
  const server = await startServer(readConfig(process.env), format);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => void stopGracefully(server));
  }
  void server.deaf.then(() => {
    console.error("The server accepts no connections any more: it exits, to be started again");
    process.exit(1);
  });
  io.print(await server.started);
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
