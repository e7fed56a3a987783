import { DomainError } from "../../src/core/domain_error.ts";
import { shorten } from "../http/shorten.ts";
import type { InferJson } from "./infer_schema.ts";
import { type OutputName, OUTPUTS } from "./output_tensors.ts";

/** An output that a client wants, and how. */
export interface RequestedOutput {
  /** Which one. */
  readonly name: OutputName;
  /** Whether as binary data after the JSON. */
  readonly isBinary: boolean;
}

/**
 * The outputs that a request asks for, in its order; all where it names none.
 *
 * @throws {DomainError} `invalid-option` for one that is not there, or that is named twice.
 */
export function requestedOutputs(
  asked: InferJson["outputs"],
  binaryOutput: boolean,
): RequestedOutput[] {
  if (asked === undefined || asked.length === 0) {
    return OUTPUTS.map(({ name }) => ({ name, isBinary: binaryOutput }));
  }
  return asked.map(({ name, parameters }, i) => {
    const output = OUTPUTS.find((each) => each.name === name);
    if (output === undefined) {
      const known = OUTPUTS.map((each) => each.name).join(", ");
      throw new DomainError(
        "invalid-option",
        `Cannot infer as there is no output "${shorten(name)}"; there are ${known}`,
      );
    }
    if (asked.findIndex((each) => each.name === name) < i) {
      throw new DomainError(
        "invalid-option",
        `Cannot infer as output "${name}" is asked for twice`,
      );
    }
    return { name: output.name, isBinary: parameters?.binary_data ?? binaryOutput };
  });
}
