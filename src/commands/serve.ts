#!/usr/bin/env node
import process from "node:process";
import { readConfig } from "../server/config.ts";
import { runCommand } from "./shared/run_command.ts";
import { type RunningServer, startServer } from "../platforms/host/server.ts";

let isStopping = false;

// The server as a command: `deno task start`, and `retinanet-edge` of the npm package.
await runCommand(async () => {
  const format = process.stderr.isTTY ? "text" : "json";
  const server = await startServer(readConfig(process.env), format);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => void stopGracefully(server));
  }
  console.log(await server.started);
});

/** Answers what is on its way and takes nothing new; a second signal does not wait. */
async function stopGracefully(server: RunningServer): Promise<void> {
  if (isStopping) process.exit(1);
  isStopping = true;
  await server.stop();
  process.exit(0);
}
