import process from "node:process";
import { startAhead } from "../platforms/host/process/start_ahead.ts";
import { importLate } from "../platforms/host/own_module.ts";
import { type CommandMain, isMain, runCommand } from "./shared/run_command.ts";

// The program starts a worker process before it loads the modules of the server, so that both load
// their modules at the same time.
const isProgram = isMain(import.meta);
if (isProgram) startAhead(process.argv.slice(2));

/**
 * Runs `deno task start` and `retinanet-edge serve`. Returns as soon as the server listens.
 */
export const main: CommandMain =
  (await importLate<typeof import("./serve_command.ts")>("./serve_command", import.meta))
    .serveCommand;

if (isProgram) {
  await runCommand(main);
  // Exits at once after a failed start. Otherwise, worker processes that are still loading a model
  // would keep this process alive.
  if (process.exitCode) process.exit();
}
