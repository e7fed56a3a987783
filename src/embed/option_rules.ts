import {
  FLAG,
  FUNCTION,
  hasMethods,
  LIST,
  numberFrom,
  oneOf,
  type OptionRule,
  type OptionRules,
  SIGNAL,
  wholeNumber,
} from "../core/check_options.ts";
import { DETECT_RULES } from "../detect/resolve_options.ts";
import { PROVIDERS } from "../ports/session.ts";
import type { EmbeddedAppOptions } from "./app.ts";
import type { EmbedDetectOptions, EmbedLimits, EmbedOptions, ModelFiles } from "./options.ts";

/** Rules of the options that `createDetector()` has on each platform. */
export const EMBED_RULES: OptionRules<EmbedOptions> = {
  model: null,
  engine: oneOf(["auto", ...PROVIDERS]),
  limits: null,
  queue: numberFrom(0),
  signal: SIGNAL,
};

/** Rules of the options of `detect()`. */
export const EMBED_DETECT_RULES: OptionRules<EmbedDetectOptions> = {
  ...DETECT_RULES,
  signal: SIGNAL,
};

/** Rules of the option `limits`. */
export const LIMIT_RULES: OptionRules<EmbedLimits> = {
  maxBytes: numberFrom(1),
  maxPixels: numberFrom(1),
  maxDecodedBytes: numberFrom(1),
};

const BYTES: OptionRule = {
  must: "a Uint8Array or an ArrayBuffer",
  accepts: isBytes,
};

/** Rules of a model whose files are in memory. */
export const MODEL_FILE_RULES: OptionRules<ModelFiles> = {
  manifest: null,
  graph: BYTES,
  data: {
    must: "an object of file names, each with a Uint8Array or an ArrayBuffer",
    accepts: (value) =>
      typeof value === "object" && value !== null && Object.values(value).every(isBytes),
  },
};

/** Rule for the number of CPU threads. */
export const THREADS: OptionRule = wholeNumber(1);

const RATE: OptionRule = {
  must: "{ limit, windowMs } with numbers of at least 1",
  accepts: (value) => {
    const { limit, windowMs } = (value ?? {}) as { limit?: unknown; windowMs?: unknown };
    return numberFrom(1).accepts(limit) && numberFrom(1).accepts(windowMs);
  },
};

/** Rules of the options of `createApp()`. */
export const APP_RULES: OptionRules<EmbeddedAppOptions> = {
  detector: null,
  maxCalls: numberFrom(0),
  maxBytes: numberFrom(1),
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
  bodyTimeoutMs: numberFrom(1),
  bodyMemory: numberFrom(1),
  maxDrawingSide: numberFrom(1),
  maxBatch: numberFrom(1),
  maxBatchBytes: numberFrom(1),
  fetchImage: {
    must: "an object with a method fetch()",
    accepts: (value) => hasMethods(value, "fetch"),
  },
  metrics: {
    must: "an object with a method read()",
    accepts: (value) => hasMethods(value, "read"),
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

/** Rejects other views, such as a Float32Array, whose bytes are not the bytes of a file. */
function isBytes(value: unknown): boolean {
  const type = Object.prototype.toString.call(value);
  return type === "[object Uint8Array]" || type === "[object ArrayBuffer]";
}

function isKey(value: unknown): boolean {
  const { name, sha256 } = (value ?? {}) as { name?: unknown; sha256?: unknown };
  return typeof name === "string" && typeof sha256 === "string" && /^[0-9a-f]{64}$/i.test(sha256);
}
