import { z } from "zod";
import { DEFAULT_IMAGE_LIMITS } from "../image/limits.ts";
import { PROVIDERS } from "../ports/session.ts";
import { apiKeyList, hostList, originList } from "./access_schema.ts";

const whole = z.string().regex(/^\d+$/, "must be a whole number").transform(Number);
const count = whole.pipe(z.number().positive());
/** Milliseconds, at most the longest delay of a timer. */
const duration = whole.pipe(z.number().min(1).max(2 ** 31 - 1));

const schema = z.object({
  HOST: z.string().min(1).default("127.0.0.1"),
  /** Port to listen on; 0 takes a free one. */
  PORT: whole.pipe(z.number().max(65535)).default(8000),
  /** Default model: a model id, or the path of a manifest. */
  MODEL: z.string().min(1).optional(),
  /** Models that load at start-up, with commas between them. The first is the default of MODEL. */
  MODELS: z.string().transform((list) => list.split(",").map((id) => id.trim()))
    .pipe(z.array(z.string().min(1, "must be models with commas between them"))).optional(),
  /** Folder of the models. Unset: the project's own. */
  MODELS_DIR: z.string().min(1).optional(),
  /** Maximum memory of all loaded models together, bytes. */
  MODEL_MEMORY: count.default(2_000_000_000),
  ENGINE: z.enum(["auto", ...PROVIDERS]).default("auto"),
  /** CPU threads per session. Unset: the number of cores, shared among the workers. */
  THREADS: whole.pipe(z.number().min(1).max(64)).optional(),
  /** Worker processes per model, each with its own session. */
  WORKERS: whole.pipe(z.number().min(1).max(64)).default(1),
  /** Maximum images that wait for a worker. Unset: two per worker. */
  QUEUE: whole.pipe(z.number().max(10_000)).optional(),
  LOAD_TIMEOUT_MS: duration.default(120_000),
  DECODE_TIMEOUT_MS: duration.default(10_000),
  RUN_TIMEOUT_MS: duration.default(60_000),
  MAX_BYTES: count.default(DEFAULT_IMAGE_LIMITS.maxBytes),
  MAX_PIXELS: count.default(DEFAULT_IMAGE_LIMITS.maxPixels),
  /** Maximum memory for decoding an image, bytes, computed from its header. */
  MAX_DECODED_BYTES: count.default(DEFAULT_IMAGE_LIMITS.maxDecodedBytes),
  /** Maximum bytes of the bodies of all requests together. Unset: 20 times the largest body. */
  BODY_MEMORY: count.optional(),
  BODY_TIMEOUT_MS: duration.default(30_000),
  HEADER_TIMEOUT_MS: duration.default(10_000),
  /** Maximum header fields of a request. */
  MAX_HEADERS: count.default(100),
  MAX_HEADER_BYTES: whole.pipe(z.number().min(1024).max(1_048_576)).default(16_384),
  MAX_CONNECTIONS: count.default(1000),
  /** API keys that are accepted. Unset: no key is needed. */
  API_KEYS: apiKeyList.optional(),
  /** Maximum requests per window of one API key, and of one IP address. Unset: no limit. */
  KEY_RATE: count.optional(),
  ADDRESS_RATE: count.optional(),
  /** Length of a window, seconds. */
  RATE_WINDOW: count.pipe(z.number().max(86_400)).default(60),
  /** Proxies in front of the server that append to X-Forwarded-For; 0 ignores the header. */
  TRUSTED_PROXY: whole.pipe(z.number().max(10)).default(0),
  CORS_ORIGINS: originList.optional(),
  /** Format of log lines. Unset: text on a terminal, JSON otherwise. */
  LOG: z.enum(["json", "text", "none"]).optional(),
  IMAGE_URLS: z.enum(["on", "off"]).default("off"),
  IMAGE_URL_ALLOW: hostList.optional(),
  IMAGE_URL_DENY: hostList.optional(),
  IMAGE_URL_TIMEOUT_MS: duration.default(10_000),
});

/** Mistakes that concern several variables, with the variable that is reported. */
const CONFLICTS: readonly (readonly [
  variable: keyof z.infer<typeof schema>,
  fault: string,
  applies: (given: Readonly<Record<string, string | undefined>>) => boolean,
])[] = [
  ["KEY_RATE", "needs API_KEYS", (given) => !!given.KEY_RATE && !given.API_KEYS],
  [
    "BODY_MEMORY",
    "must be at least twice MAX_BYTES",
    ({ BODY_MEMORY, MAX_BYTES = DEFAULT_IMAGE_LIMITS.maxBytes }) =>
      BODY_MEMORY !== undefined && Number(BODY_MEMORY) < 2 * Number(MAX_BYTES),
  ],
];

/** Settings of a server, as `docs/configuration.md` lists them. */
export type Config = Omit<z.infer<typeof schema>, "MODEL" | "MODELS"> & {
  /** Models that load at start-up. The first is the default. */
  readonly MODELS: readonly string[];
};

/**
 * Reads the settings of a server from environment variables.
 *
 * @throws {TypeError} If variables are wrong. The message names each of them with its value.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  // Compose files set a variable to an empty text to leave it unset.
  const given: Readonly<Record<string, string | undefined>> = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== ""),
  );
  const parsed = schema.safeParse(given);
  const faults = [
    ...(parsed.error?.issues ?? []).map(({ path, message }) => [String(path[0]), message]),
    ...CONFLICTS.filter(([, , applies]) => applies(given)),
  ].map(([variable, fault]) => `${described(variable, given)}: ${fault}`);
  if (!parsed.success || faults.length > 0) {
    throw new TypeError(`Cannot start as the environment has mistakes. ${faults.join("; ")}`);
  }
  const { MODEL, MODELS = [], ...settings } = parsed.data;
  const start = [...new Set(MODEL === undefined ? MODELS : [MODEL, ...MODELS])];
  return { ...settings, MODELS: start.length > 0 ? start : ["everyday8"] };
}

/** Returns a variable with its value, but without that of API_KEYS, which may be a key itself. */
function described(
  variable: string,
  given: Readonly<Record<string, string | undefined>>,
): string {
  return variable === "API_KEYS" ? variable : `${variable}="${given[variable]}"`;
}
