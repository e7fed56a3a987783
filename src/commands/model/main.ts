import {
  type CommandIo,
  type CommandMain,
  commandMain,
  isMain,
  runCommand,
} from "../shared/run_command.ts";
import { main as check } from "./check.ts";
import { main as doctor } from "./doctor.ts";
import { main as list } from "./list.ts";
import { main as create } from "./new.ts";
import { main as pull } from "./pull.ts";
import { main as remove } from "./remove.ts";

const USAGE = `Manage the models in models/.

  deno task model new FILE.onnx         write a manifest for a graph
  deno task model check ID|MANIFEST     compare a manifest with its graph, or with a golden
  deno task model doctor ID --image F   try other values of each property on a photo
  deno task model list                  list all models, and whether their graphs are here
  deno task model pull ID [--from URL]  download the graph of a model of the catalogue
  deno task model remove ID             delete a graph that was downloaded`;

const COMMANDS = new Map<string, CommandMain>(Object.entries({
  new: create,
  check,
  doctor,
  list,
  pull,
  remove,
}));

/** Runs `deno task model`. */
export const main: CommandMain = commandMain(model);

async function model([name = "", ...args]: readonly string[], io: CommandIo): Promise<number> {
  const command = COMMANDS.get(name);
  if (command) return await command(args, io);
  const fault = name === "" ? "none was named" : `there is no "${name}"`;
  throw new TypeError(`Cannot run a command as ${fault}.\n\n${USAGE}`);
}

if (isMain(import.meta)) await runCommand(main);
