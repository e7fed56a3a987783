import { z } from "zod";
import { DomainError } from "../../src/core/domain_error.ts";
import type { DetectOptions } from "../../src/ports/detector.ts";
import { optionFaults } from "../detect/faults.ts";
import { OPTION_SCHEMAS, requestOptions, SCORES_TEXT } from "../detect/options.ts";

/** Maximum number of labels in `classes`. No data set has more labels. */
const MAX_CLASSES = 10_000;

// The path names the model.
const { model: _, classes, scores, ...others } = OPTION_SCHEMAS;

/** Schema of the parameters of an inference request. */
export const INFER_PARAMETERS = z.strictObject({
  ...others,
  // The protocol has no list parameters, so labels are one string with commas. Some clients send a
  // list anyway.
  classes: z.preprocess(
    (value) => typeof value === "string" ? value.split(",").map((label) => label.trim()) : value,
    z.array(z.unknown(), "must be labels with commas between them").max(
      MAX_CLASSES,
      `must be at most ${MAX_CLASSES} labels`,
    ).pipe(classes),
  ),
  // The protocol has no object parameters either.
  scores: z.union([SCORES_TEXT, scores], 'must be labels and numbers, such as "cat:0.3,dog:0.6"'),
  binary_data_output: z.boolean("must be true or false"),
  // Clients for NVIDIA Triton send these two parameters. They are ignored: this server has no
  // priorities and sets its own time limits.
  priority: z.unknown(),
  timeout: z.unknown(),
}).exactPartial();

/** Parameters of an inference request. */
export interface InferParameters {
  /** Options of the detection. */
  readonly options: DetectOptions;
  /**
   * True if outputs are sent as binary data after the JSON. The parameter `binary_data` of a single
   * output overrides this value.
   */
  readonly binaryOutput: boolean;
}

/**
 * Parses the parameters of an inference request.
 *
 * @throws {DomainError} `invalid-option`. The message lists each invalid parameter and its value.
 */
export function inferParameters(given: Readonly<Record<string, unknown>> = {}): InferParameters {
  const parsed = INFER_PARAMETERS.safeParse(given);
  if (!parsed.success) {
    const faults = optionFaults(parsed.error, given, Object.keys(INFER_PARAMETERS.shape));
    throw new DomainError("invalid-option", `Cannot infer as ${faults}`);
  }
  const { binary_data_output: binaryOutput = false, priority: _, timeout: __, ...options } =
    parsed.data;
  return { options: requestOptions(options), binaryOutput };
}
