import { z } from "zod";
import { DomainError } from "../../src/core/domain_error.ts";
import type { DetectOptions } from "../../src/ports/detector.ts";
import { OPTION_SCHEMAS, requestOptions } from "../detect/options.ts";
import { optionFaults } from "../detect/option_faults.ts";

/** Labels of a request; no data set has as many. */
const MAX_CLASSES = 10_000;

const { score, iou, max } = OPTION_SCHEMAS;

const schema = z.strictObject({
  score,
  iou,
  max,
  // The protocol's parameters are texts, numbers and booleans; its clients send lists all the same.
  classes: z.preprocess(
    (value) => typeof value === "string" ? value.split(",").map((label) => label.trim()) : value,
    z.array(z.unknown(), "must be labels with commas between them").max(
      MAX_CLASSES,
      `must be at most ${MAX_CLASSES} labels`,
    ).pipe(OPTION_SCHEMAS.classes),
  ),
  binary_data_output: z.boolean("must be true or false"),
  // Triton's clients send them; every request waits its turn, within the server's own deadlines.
  priority: z.unknown(),
  timeout: z.unknown(),
}).partial();

/** The parameters of an inference request. */
export interface InferParameters {
  /** How to look at the image. */
  readonly options: DetectOptions;
  /** Whether outputs come as binary data where they do not say themselves. */
  readonly binaryOutput: boolean;
}

/**
 * Reads the parameters of an inference request.
 *
 * @throws {DomainError} `invalid-option`, naming each parameter that is wrong and its value.
 */
export function inferParameters(given: Readonly<Record<string, unknown>> = {}): InferParameters {
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const faults = optionFaults(parsed.error, given, Object.keys(schema.shape));
    throw new DomainError("invalid-option", `Cannot infer as ${faults}`);
  }
  const { binary_data_output: binaryOutput = false, priority: _, timeout: __, ...options } =
    parsed.data;
  return { options: requestOptions(options), binaryOutput };
}
