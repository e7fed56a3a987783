import { type Config, readConfig } from "../../server/config.ts";
import { bodyMemoryFor, WORKERD_LIMITS } from "./limits.ts";

/**
 * Reads the settings of a Cloudflare Worker from its variables.
 *
 * Settings that are unset or empty have defaults that are low enough for 128 MB of memory.
 *
 * @param environment Variables and bindings. Bindings, which are not texts, are ignored.
 * @throws {TypeError} If a variable is wrong.
 */
export function workerConfig(environment: Readonly<Record<string, unknown>>): Config {
  const given = textsOf(environment);
  const { MAX_BYTES = String(WORKERD_LIMITS.maxBytes) } = given;
  const defaults = {
    MAX_BYTES,
    BODY_MEMORY: String(bodyMemoryFor(Number(MAX_BYTES) || WORKERD_LIMITS.maxBytes)),
    KEEP_MEMORY: String(WORKERD_LIMITS.keepMemory),
  };
  return readConfig({ ...defaults, ...given });
}

function textsOf(environment: Readonly<Record<string, unknown>>): Record<string, string> {
  const texts = Object.entries(environment).filter((entry): entry is [string, string] =>
    typeof entry[1] === "string" && entry[1] !== ""
  );
  return Object.fromEntries(texts);
}
