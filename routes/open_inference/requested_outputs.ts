import { DomainError } from "../../src/core/domain_error.ts";
import { shorten } from "../http/problem.ts";
import type { InferJson } from "./infer_schema.ts";
import { type OutputName, OUTPUTS } from "./output_tensors.ts";

/** Output tensor that the response must contain. */
export interface RequestedOutput {
  /** Name of the output. */
  readonly name: OutputName;
  /** True if the values are sent as binary data after the JSON, false if they are in the JSON. */
  readonly isBinary: boolean;
}

/**
 * Returns the outputs that a request asks for, in the order of the request. If the request names no
 * outputs, returns all outputs.
 *
 * @param requested Value of the key `outputs` in the JSON of the request.
 * @param binaryOutput True if outputs are sent as binary data by default. The parameter
 *   `binary_data` of a single output overrides this value.
 * @throws {DomainError} `invalid-option` if an output is unknown or named twice.
 */
export function requestedOutputs(
  requested: InferJson["outputs"],
  binaryOutput: boolean,
): RequestedOutput[] {
  if (requested === undefined || requested.length === 0) {
    return OUTPUTS.map(({ name }) => ({ name, isBinary: binaryOutput }));
  }
  return requested.map(({ name, parameters }, i) => {
    const output = OUTPUTS.find((each) => each.name === name);
    if (output === undefined) {
      const known = OUTPUTS.map((each) => each.name).join(", ");
      throw new DomainError(
        "invalid-option",
        `Cannot infer as there is no output "${shorten(name)}"; there are ${known}`,
      );
    }
    if (requested.findIndex((each) => each.name === name) < i) {
      throw new DomainError(
        "invalid-option",
        `Cannot infer as output "${name}" is asked for twice`,
      );
    }
    return { name: output.name, isBinary: parameters?.binary_data ?? binaryOutput };
  });
}
