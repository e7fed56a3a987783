import { DEFAULT_IMAGE_LIMITS } from "../image/limits.ts";
import { z } from "zod";
import { apiKeyList, hostList, originList } from "./access_schema.ts";

const whole = z.string().regex(/^\d+$/, "must be a whole number").transform(Number);
const count = whole.pipe(z.number().positive());
/** Milliseconds; at most what a timer can wait. */
const duration = whole.pipe(z.number().min(1).max(2 ** 31 - 1));

const schema = z.object({
  HOST: z.string().min(1).default("127.0.0.1"),
  /** 0 takes any free port. */
  PORT: whole.pipe(z.number().max(65535)).default(8000),
  /** Id of a model, or the path of a manifest; it answers where none is asked for. */
  MODEL: z.string().min(1).optional(),
  /** The models that load at the start, with commas between them; without MODEL the first answers. */
  MODELS: z.string().transform((list) => list.split(",").map((id) => id.trim()))
    .pipe(z.array(z.string().min(1, "must be models with commas between them"))).optional(),
  /** Folder of the models; the project's own where unset. */
  MODELS_DIR: z.string().min(1).optional(),
  /** Bytes of memory that the loaded models may take together. */
  MODEL_MEMORY: count.default(2_000_000_000),
  ENGINE: z.enum(["auto", "webgpu", "native", "wasm"]).default("auto"),
  /** CPU threads per session; the number of cores where unset. */
  THREADS: whole.pipe(z.number().min(1).max(64)).optional(),
  /** Workers per model, each with a session of its own. */
  WORKERS: whole.pipe(z.number().min(1).max(64)).default(1),
  /** Most images that wait for a worker; two for each where unset. */
  QUEUE: whole.pipe(z.number().max(10_000)).optional(),
  LOAD_TIMEOUT_MS: duration.default(120_000),
  DECODE_TIMEOUT_MS: duration.default(10_000),
  RUN_TIMEOUT_MS: duration.default(60_000),
  MAX_BYTES: count.default(DEFAULT_IMAGE_LIMITS.maxBytes),
  MAX_PIXELS: count.default(DEFAULT_IMAGE_LIMITS.maxPixels),
  /** Bytes that decoding an image may take, by its header. */
  MAX_DECODED_BYTES: count.default(DEFAULT_IMAGE_LIMITS.maxDecodedBytes),
  /** Bytes that the bodies of all requests may take together; 20 of the largest where unset. */
  BODY_MEMORY: count.optional(),
  BODY_TIMEOUT_MS: duration.default(30_000),
  HEADER_TIMEOUT_MS: duration.default(10_000),
  /** Header fields of a request. */
  MAX_HEADERS: count.default(100),
  MAX_HEADER_BYTES: whole.pipe(z.number().min(1024).max(1_048_576)).default(16_384),
  MAX_CONNECTIONS: count.default(1000),
  /** Who may ask; everybody where unset. */
  API_KEYS: apiKeyList.optional(),
  /** Requests in a window for each key, and for each address. */
  KEY_RATE: count.optional(),
  ADDRESS_RATE: count.optional(),
  /** Seconds. */
  RATE_WINDOW: count.pipe(z.number().max(86_400)).default(60),
  /** Proxies whose X-Forwarded-For is believed. */
  TRUSTED_PROXY: whole.pipe(z.number().max(10)).default(0),
  CORS_ORIGINS: originList.optional(),
  /** Text for a terminal and JSON for anything else where unset. */
  LOG: z.enum(["json", "text", "none"]).optional(),
  IMAGE_URLS: z.enum(["on", "off"]).default("off"),
  IMAGE_URL_ALLOW: hostList.optional(),
  IMAGE_URL_DENY: hostList.optional(),
  IMAGE_URL_TIMEOUT_MS: duration.default(10_000),
});

/** What only shows in several variables together. */
const CONFLICTS: readonly (readonly [
  variable: keyof z.infer<typeof schema>,
  fault: string,
  isThere: (given: Readonly<Record<string, string | undefined>>) => boolean,
])[] = [
  ["KEY_RATE", "needs API_KEYS", (given) => !!given.KEY_RATE && !given.API_KEYS],
  [
    "BODY_MEMORY",
    "must be at least twice MAX_BYTES",
    ({ BODY_MEMORY, MAX_BYTES = DEFAULT_IMAGE_LIMITS.maxBytes }) =>
      BODY_MEMORY !== undefined && Number(BODY_MEMORY) < 2 * Number(MAX_BYTES),
  ],
];

/** The settings of a server; `docs/configuration.md` lists them. */
export type Config = Omit<z.infer<typeof schema>, "MODEL" | "MODELS"> & {
  /** The models that load at the start; the first answers where none is asked for. */
  readonly MODELS: readonly string[];
};

/**
 * Reads the settings from environment variables.
 *
 * @throws {TypeError} Naming every variable that is wrong, with its value.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  // A variable that is set to nothing, as compose files do, is not set.
  const given: Readonly<Record<string, string | undefined>> = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== ""),
  );
  const parsed = schema.safeParse(given);
  const faults = [
    ...(parsed.error?.issues ?? []).map(({ path, message }) => [String(path[0]), message]),
    ...CONFLICTS.filter(([, , isThere]) => isThere(given)),
  ].map(([variable, fault]) => `${described(variable, given)}: ${fault}`);
  if (!parsed.success || faults.length > 0) {
    throw new TypeError(`Cannot start as the environment has mistakes. ${faults.join("; ")}`);
  }
  const { MODEL, MODELS = [], ...settings } = parsed.data;
  const start = [...new Set(MODEL === undefined ? MODELS : [MODEL, ...MODELS])];
  return { ...settings, MODELS: start.length > 0 ? start : ["everyday8"] };
}

/** A variable and its value; that of API_KEYS goes into no message, as it may be a key itself. */
function described(
  variable: string,
  given: Readonly<Record<string, string | undefined>>,
): string {
  return variable === "API_KEYS" ? variable : `${variable}="${given[variable]}"`;
}
