import { runGroup } from "../shared/command_group.ts";
import { type CommandMain, commandMain, isMain, runCommand } from "../shared/run_command.ts";
import { MODEL_GROUP } from "./group.ts";

/** Runs `deno task model`. */
export const main: CommandMain = commandMain((args, io) => runGroup(MODEL_GROUP, args, io));

if (isMain(import.meta)) await runCommand(main);
