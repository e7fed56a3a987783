import type { AppOptions } from "../../routes/app_options.ts";
import {
  FLAG,
  FUNCTION,
  hasMethods,
  LIST,
  numberBetween,
  numberFrom,
  type OptionRule,
  type OptionRules,
} from "../core/check_options.ts";
import { LONGEST_DELAY_MS } from "../core/longest_delay.ts";
import { MIN_KEEP_MEMORY } from "../ports/kept_candidates.ts";

/** Rule for a duration in milliseconds. */
const DURATION = numberBetween(1, LONGEST_DELAY_MS);

/** Rule for a number of bytes that the budget for bodies can calculate with. */
const BYTES = numberBetween(1, Number.MAX_SAFE_INTEGER);

const RATE: OptionRule = {
  must: "{ limit, windowMs } with numbers of at least 1",
  accepts: (value) => {
    const { limit, windowMs } = (value ?? {}) as { limit?: unknown; windowMs?: unknown };
    return numberFrom(1).accepts(limit) && numberFrom(1).accepts(windowMs);
  },
};

/** Rules of the HTTP options of `createApp()`. */
export const APP_RULES: OptionRules<AppOptions> = {
  maxBytes: BYTES,
  log: FUNCTION,
  logRequest: FUNCTION,
  clientAddress: FUNCTION,
  keys: {
    must: "an array of { name, sha256 } with the SHA-256 in 64 hexadecimal digits",
    accepts: (value) => Array.isArray(value) && value.every(isKey),
  },
  keyRate: RATE,
  addressRate: RATE,
  origins: LIST,
  maxHeaders: numberFrom(0),
  bodyTimeoutMs: DURATION,
  bodyMemory: BYTES,
  maxDrawingSide: numberFrom(1),
  maxBatch: numberFrom(1),
  maxBatchBytes: numberFrom(1),
  keepMemory: {
    must: `0, or a number of at least ${MIN_KEEP_MEMORY}`,
    accepts: (value) => value === 0 || numberFrom(MIN_KEEP_MEMORY).accepts(value),
  },
  keepMs: DURATION,
  fetchImage: {
    must: "an object with a method fetch()",
    accepts: (value) => hasMethods(value, "fetch"),
  },
  metrics: {
    must: "an object with methods count() and read()",
    accepts: (value) => hasMethods(value, "count", "read"),
  },
  hasOpenMetrics: FLAG,
  page: {
    must: "false or an object",
    accepts: (value) => value === false || typeof value === "object" && value !== null,
  },
  mountPath: {
    must: 'a path that begins with "/"',
    accepts: (value) => typeof value === "string" && value.startsWith("/"),
  },
};

function isKey(value: unknown): boolean {
  const { name, sha256 } = (value ?? {}) as { name?: unknown; sha256?: unknown };
  return typeof name === "string" && typeof sha256 === "string" && /^[0-9a-f]{64}$/i.test(sha256);
}
