import { Buffer } from "node:buffer";
import { runCommand } from "./shared/run_command.ts";

/** A new key, and what the server is told of it. */
export interface NewKey {
  /** What the client gets. */
  readonly key: string;
  /** What `API_KEYS` gets: the name and the key's SHA-256. */
  readonly entry: string;
}

/** Makes a key of 32 random bytes for whoever has that name. */
export async function newKey(name: string): Promise<NewKey> {
  if (!/^[\w.-]{1,64}$/.test(name)) {
    throw new TypeError(
      `Cannot make a key as its name must be letters, digits, ".", "_" or "-": it is "${name}"`,
    );
  }
  const random = crypto.getRandomValues(new Uint8Array(32));
  // The prefix lets scanners for secrets know one when they see it.
  const key = `rne_${Buffer.from(random).toString("base64url")}`;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return { key, entry: `${name}:${Buffer.from(digest).toString("hex")}` };
}

if (import.meta.main) {
  await runCommand(async ([name = "client"]) => {
    const { key, entry } = await newKey(name);
    console.log(`Key, for the client; it is kept nowhere:\n  ${key}\n`);
    console.log(`Entry, for API_KEYS of the server:\n  ${entry}`);
  });
}
