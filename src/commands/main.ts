#!/usr/bin/env node
import process from "node:process";
import { startAhead } from "../platforms/host/process/start_ahead.ts";
import { COMMAND_GROUP } from "./group.ts";
import { runGroup } from "./shared/command_group.ts";
import { type CommandMain, commandMain, CONSOLE, isMain } from "./shared/run_command.ts";

/**
 * Runs `retinanet-edge`, the command of the npm package. Without arguments, the command starts the
 * server.
 */
export const main: CommandMain = commandMain((args, io) => {
  const command = args.length === 0 ? ["serve"] : args;
  return runGroup(COMMAND_GROUP, command, { ...io, program: "retinanet-edge" });
});

if (isMain(import.meta)) {
  // A program that reads the output, such as `head`, may close the pipe early.
  process.stdout.on("error", (error: { code?: string }) => {
    if (error.code === "EPIPE") process.exit();
    throw error as Error;
  });
  const args = process.argv.slice(2);
  if ((args[0] ?? "serve") === "serve") startAhead(args);
  process.exitCode = await main(args, CONSOLE);
  // Exits at once after a failed start of the server. Otherwise, worker processes that are still
  // loading a model would keep this process alive.
  if (process.exitCode && (args[0] ?? "serve") === "serve") process.exit();
}
