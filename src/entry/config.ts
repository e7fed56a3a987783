import { z } from "zod";
import { DEFAULT_IMAGE_LIMITS } from "../detect/ingest.ts";

const whole = z.string().regex(/^\d+$/, "must be a whole number").transform(Number);
const count = whole.pipe(z.number().positive());

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
  MAX_BYTES: count.default(DEFAULT_IMAGE_LIMITS.maxBytes),
  MAX_PIXELS: count.default(DEFAULT_IMAGE_LIMITS.maxPixels),
});

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
  const given = Object.entries(environment).filter(([, value]) => value !== "");
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (parsed.success) {
    const { MODEL, MODELS = [], ...settings } = parsed.data;
    const start = [...new Set(MODEL === undefined ? MODELS : [MODEL, ...MODELS])];
    return { ...settings, MODELS: start.length > 0 ? start : ["everyday8"] };
  }
  const faults = parsed.error.issues.map((issue) => {
    const variable = String(issue.path[0]);
    return `${variable}="${environment[variable]}": ${issue.message}`;
  });
  throw new TypeError(`Cannot start as the environment has mistakes. ${faults.join("; ")}`);
}
