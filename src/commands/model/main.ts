import { modelCheck } from "./check.ts";
import { modelList } from "./list.ts";
import { modelNew } from "./new.ts";
import { modelPull } from "./pull.ts";
import { modelRemove } from "./remove.ts";
import { runCommand } from "../shared/run_command.ts";

const USAGE = `Looks after the models in models/.

  deno task model new FILE.onnx         write a manifest for a graph
  deno task model check ID|MANIFEST     hold a manifest against its graph, or against a golden
  deno task model list                  all models, and whether their graphs are here
  deno task model pull ID [--from URL]  fetch the graph of a model of the catalogue
  deno task model remove ID             delete a graph that was fetched`;

type Command = (args: readonly string[]) => Promise<number | void>;

const COMMANDS = new Map<string, Command>([
  ["new", modelNew],
  ["check", modelCheck],
  ["list", modelList],
  ["pull", modelPull],
  ["remove", modelRemove],
]);

async function main([name = "", ...args]: readonly string[]): Promise<number | void> {
  const command = COMMANDS.get(name);
  if (command) return await command(args);
  const fault = name === "" ? "none was named" : `there is no "${name}"`;
  throw new TypeError(`Cannot run a command as ${fault}.\n\n${USAGE}`);
}

if (import.meta.main) await runCommand(main);
