import {
  numberFrom,
  oneOf,
  type OptionRule,
  type OptionRules,
  SIGNAL,
  wholeNumber,
} from "../core/check_options.ts";
import { DETECT_RULES } from "../detect/resolve_options.ts";
import { PROVIDERS } from "../ports/session.ts";
import type {
  EmbedDetectOptions,
  EmbedLimits,
  EmbedOptions,
  ModelFiles,
  SelectOptions,
} from "./options.ts";

/** Rules of the options that `createDetector()` has on every platform. */
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

const {
  keep: _keep,
  tiles: _tiles,
  overlap: _overlap,
  merge: _merge,
  whole: _whole,
  ...SELECTING
} = DETECT_RULES;

/** Rules of the options of `select()`. */
export const SELECT_RULES: OptionRules<SelectOptions> = SELECTING;

/** Rules of the option `limits`. */
export const LIMIT_RULES: OptionRules<EmbedLimits> = {
  maxBytes: numberFrom(1),
  maxPixels: numberFrom(1),
  maxDecodedBytes: numberFrom(1),
  maxTiles: wholeNumber(1),
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

/**
 * Returns true for a Uint8Array or an ArrayBuffer. Returns false for other values, for example a
 * Float32Array.
 */
function isBytes(value: unknown): boolean {
  const type = Object.prototype.toString.call(value);
  return type === "[object Uint8Array]" || type === "[object ArrayBuffer]";
}
