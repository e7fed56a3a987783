import { Buffer } from "node:buffer";
import { z } from "zod";
import { readArguments, usageOf } from "./shared/arguments.ts";
import type { CommandSpec } from "./shared/command_spec.ts";
import {
  type CommandIo,
  type CommandMain,
  commandMain,
  isMain,
  runCommand,
} from "./shared/run_command.ts";

const SPEC = {
  name: "key",
  summary: "Print a new API key, and the entry that makes the server accept it.",
  operands: "[NAME]",
  options: {
    json: z.boolean().default(false).meta({ description: "print the key as JSON" }),
  },
  notes: 'NAME is the name of the client in API_KEYS, "client" if it is unset.',
} satisfies CommandSpec;

/** New API key, and the entry that makes the server accept this key. */
export interface NewKey {
  /** Key. Clients send the key with each request. */
  readonly key: string;
  /**
   * Entry for the server's environment variable `API_KEYS`: name of the client and SHA-256 of the
   * key.
   */
  readonly entry: string;
}

/**
 * Creates an API key of 32 random bytes.
 *
 * @param name Name of the client in `API_KEYS`.
 * @throws {TypeError} If the name has other characters than letters, digits, ".", "_" and "-".
 */
export async function newKey(name: string): Promise<NewKey> {
  if (!/^[\w.-]{1,64}$/.test(name)) {
    throw new TypeError(
      `Cannot make a key as its name must be letters, digits, ".", "_" or "-": it is "${name}"`,
    );
  }
  const random = crypto.getRandomValues(new Uint8Array(32));
  // The prefix lets secret scanners find keys in published code.
  const key = `rne_${Buffer.from(random).toString("base64url")}`;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return { key, entry: `${name}:${Buffer.from(digest).toString("hex")}` };
}

/** Runs `deno task key`. */
export const main: CommandMain = commandMain(printKey, SPEC);

async function printKey(args: readonly string[], io: CommandIo): Promise<void> {
  const { values, files } = readArguments(args, SPEC, io);
  const [name = "client", ...more] = files;
  if (more.length > 0) {
    throw new TypeError(
      `Cannot make a key as it must have one name: there are ${files.length}.\n\n` +
        usageOf(SPEC, io),
    );
  }
  const { key, entry } = await newKey(name);
  if (values.json) return io.print(JSON.stringify({ name, key, entry }));
  io.print(`Key, for the client; it is kept nowhere:\n  ${key}\n`);
  io.print(`Entry, for API_KEYS of the server:\n  ${entry}`);
}

if (isMain(import.meta)) await runCommand(main);
