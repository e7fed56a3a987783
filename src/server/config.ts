import { z } from "zod";
import { LONGEST_DELAY_MS } from "../core/longest_delay.ts";
import { DEFAULT_IMAGE_LIMITS, DEFAULT_MAX_TILES } from "../image/limits.ts";
import { schemaFault } from "../manifest/schema_fault.ts";
import { CODECS } from "../ports/image_codec.ts";
import { MIN_KEEP_MEMORY } from "../ports/kept_candidates.ts";
import { VARIANT_CHOICES } from "../ports/model_store.ts";
import { PROVIDERS } from "../ports/session.ts";
import { apiKeyList, hostList, originList } from "./access_schema.ts";
import { settingTypos } from "./setting_typos.ts";

const whole = z.string().regex(/^\d+$/, "must be a whole number").transform(Number);
const count = whole.pipe(z.number().positive());
/** Duration in milliseconds. */
const duration = whole.pipe(z.number().min(1).max(LONGEST_DELAY_MS));

const schema = z.object({
  HOST: z.string().min(1).default("127.0.0.1"),
  /** Port to listen on. With 0, the system chooses a free port. */
  PORT: whole.pipe(z.number().max(65535)).default(8000),
  /** Default model: a model id, or the path of a manifest. */
  MODEL: z.string().min(1).optional(),
  /**
   * Comma-separated list of the models that load at start-up. If MODEL is unset, the first model of
   * this list is the default model.
   */
  MODELS: z.string().transform((list) => list.split(",").map((id) => id.trim()))
    .pipe(z.array(z.string().min(1, "must be models with commas between them"))).optional(),
  /** Folder of the models. Unset: the folder `models` of this project. */
  MODELS_DIR: z.string().min(1).optional(),
  /** Maximum bytes of memory that all loaded models take together. */
  MODEL_MEMORY: count.default(2_000_000_000),
  ENGINE: z.enum(["auto", ...PROVIDERS]).default("auto"),
  /** Codec that decodes images. The native codec, libjpeg-turbo or sharp, decodes JPEG files. */
  CODEC: z.enum(CODECS).default("auto"),
  /** With `off`, every engine runs the graph of a manifest, not the variant for this engine. */
  VARIANTS: z.enum(VARIANT_CHOICES).default("auto"),
  /**
   * CPU threads per worker process. Unset: the number of CPU cores, divided by WORKERS if WORKERS
   * is set.
   */
  THREADS: whole.pipe(z.number().min(1).max(64)).optional(),
  /**
   * Worker processes per model. Each process loads its own copy of the model. Unset: one process,
   * or two processes if the native engine is installed.
   */
  WORKERS: whole.pipe(z.number().min(1).max(64)).optional(),
  /**
   * Maximum number of images that wait for a worker process. This limit also applies if the images
   * have a short predicted wait. Unset: 100, or 16 in Cloudflare Workers.
   */
  QUEUE: whole.pipe(z.number().max(10_000)).optional(),
  /** Maximum predicted wait of an image for a worker process, milliseconds. */
  MAX_WAIT_MS: duration.default(5000),
  LOAD_TIMEOUT_MS: duration.default(120_000),
  DECODE_TIMEOUT_MS: duration.default(10_000),
  RUN_TIMEOUT_MS: duration.default(60_000),
  MAX_BYTES: count.default(DEFAULT_IMAGE_LIMITS.maxBytes),
  MAX_PIXELS: count.default(DEFAULT_IMAGE_LIMITS.maxPixels),
  /**
   * Maximum bytes of memory for decoding an image. The server estimates this memory from the header
   * of the image.
   */
  MAX_DECODED_BYTES: count.default(DEFAULT_IMAGE_LIMITS.maxDecodedBytes),
  /** Maximum number of tiles of an image. The model runs once for each tile. */
  MAX_TILES: count.pipe(z.number().max(1000)).default(DEFAULT_MAX_TILES),
  /**
   * Maximum bytes of all request bodies in memory at a time. Unset: 10 times the maximum bytes of
   * one body.
   */
  BODY_MEMORY: count.optional(),
  /** Maximum length of the longer side of a drawing, pixels. A larger image is scaled down. */
  MAX_DRAWING_SIDE: whole.pipe(z.number().min(16).max(65_535)).default(6000),
  /** Maximum number of images in one request of `POST /detect/batch`. */
  MAX_BATCH: count.pipe(z.number().max(10_000)).default(100),
  /** Maximum bytes of a request with several images. Unset: 4 times the maximum bytes of an image. */
  MAX_BATCH_BYTES: count.optional(),
  /** Maximum bytes of memory for candidates that clients keep. With 0, the server keeps none. */
  KEEP_MEMORY: whole.refine(
    (bytes) => bytes === 0 || bytes >= MIN_KEEP_MEMORY,
    `must be 0, or at least ${MIN_KEEP_MEMORY}`,
  ).default(8_000_000),
  /** Milliseconds until kept candidates are dropped. */
  KEEP_MS: duration.default(300_000),
  BODY_TIMEOUT_MS: duration.default(30_000),
  HEADER_TIMEOUT_MS: duration.default(10_000),
  /** Maximum number of header fields of a request. */
  MAX_HEADERS: count.default(100),
  MAX_HEADER_BYTES: whole.pipe(z.number().min(1024).max(1_048_576)).default(16_384),
  MAX_CONNECTIONS: count.default(1000),
  /**
   * Maximum milliseconds between the signal that stops the server and the end of all running
   * requests. Requests that take longer are cut off.
   */
  SHUTDOWN_TIMEOUT_MS: duration.default(25_000),
  /** API keys that the server accepts. Unset: clients need no key. */
  API_KEYS: apiKeyList.optional(),
  /** Maximum requests of one API key in RATE_WINDOW seconds. Unset: no limit. */
  KEY_RATE: count.optional(),
  /** Maximum requests of one IP address in RATE_WINDOW seconds. Unset: no limit. */
  ADDRESS_RATE: count.optional(),
  /** Time window of KEY_RATE and ADDRESS_RATE, seconds. */
  RATE_WINDOW: count.pipe(z.number().max(86_400)).default(60),
  /**
   * Number of trusted proxies between the clients and the server. Each proxy appends an IP address
   * to the header X-Forwarded-For. With 0, the server ignores this header.
   */
  TRUSTED_PROXY: whole.pipe(z.number().max(10)).default(0),
  CORS_ORIGINS: originList.optional(),
  /** Format of log lines. Unset: text on a terminal, JSON otherwise. */
  LOG: z.enum(["json", "text", "none"]).optional(),
  /** `on`: health checks are also logged. Unset: off. */
  LOG_HEALTH: z.enum(["on", "off"]).optional(),
  /**
   * Metrics at `/metrics`. With `open`, requests for the metrics need no API key and have no rate
   * limit. Unset: off.
   */
  METRICS: z.enum(["off", "on", "open"]).optional(),
  /** `on`: the program ends if a model that loads at start-up fails to load. Unset: off. */
  EXIT_ON_LOAD_FAILURE: z.enum(["on", "off"]).optional(),
  /** `off`: the server has no web page at `/`. */
  PAGE: z.enum(["on", "off"]).default("on"),
  /** Folder of a browser bundle, which lets the web page run the detector in the browser. */
  PAGE_BUNDLE: z.string().min(1).optional(),
  IMAGE_URLS: z.enum(["on", "off"]).default("off"),
  IMAGE_URL_ALLOW: hostList.optional(),
  IMAGE_URL_DENY: hostList.optional(),
  IMAGE_URL_TIMEOUT_MS: duration.default(10_000),
});

/**
 * Mistakes in combinations of environment variables. The function `applies` detects a mistake. The
 * error message names `variable`.
 */
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

/** Settings of a server. `docs/configuration.md` explains each setting. */
export type Config = Omit<z.infer<typeof schema>, "MODEL" | "MODELS"> & {
  /** Models that load at start-up. The first model is the default model. */
  readonly MODELS: readonly string[];
};

/**
 * Reads the settings of a server from environment variables.
 *
 * @throws {TypeError} If a variable is wrong. The message lists all wrong variables with their
 * values.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  // Treats an empty text as unset, because Docker Compose files often set variables to an empty
  // text.
  const given: Readonly<Record<string, string | undefined>> = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== ""),
  );
  const parsed = schema.safeParse(given, { error: schemaFault });
  const typos = settingTypos(Object.keys(given), Object.keys(schema.shape));
  const faults = [
    ...(parsed.error?.issues ?? []).map(({ path, message }) => [String(path[0]), message]),
    ...CONFLICTS.filter(([, , applies]) => applies(given)),
  ].map(([variable, fault]) => `${described(variable, given)}: ${fault}`);
  // The error message omits the value of an unknown variable, because the value may be a secret of
  // another program.
  faults.push(...typos.map(([name, setting]) => `${name}: unknown, it looks like ${setting}`));
  if (!parsed.success || faults.length > 0) {
    throw new TypeError(`Cannot start as the environment has mistakes. ${faults.join("; ")}`);
  }
  const { MODEL, MODELS = [], ...settings } = parsed.data;
  const start = [...new Set(MODEL === undefined ? MODELS : [MODEL, ...MODELS])];
  return { ...settings, MODELS: start.length > 0 ? start : ["everyday8"] };
}

/**
 * Returns the name and the value of an environment variable. Omits the value of API_KEYS, which may
 * contain a secret.
 */
function described(
  variable: string,
  given: Readonly<Record<string, string | undefined>>,
): string {
  return variable === "API_KEYS" ? variable : `${variable}="${given[variable]}"`;
}
