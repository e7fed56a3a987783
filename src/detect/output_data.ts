import { DomainError } from "../core/domain_error.ts";
import type { Tensor } from "../ports/session.ts";

/** What a run gave, by name; not every name that a manifest has must be there. */
export type Outputs = Readonly<Record<string, Tensor | undefined>>;

/**
 * The numbers of an output, once its shape is what the manifest makes of the input.
 *
 * @param expected Shapes that do.
 * @throws {DomainError} `graph-mismatch`, with both shapes.
 */
export function outputData(
  outputs: Outputs,
  name: string,
  ...expected: readonly (readonly number[])[]
): Float32Array {
  const tensor = outputs[name];
  if (tensor && expected.some((shape) => shape.join() === tensor.shape.join())) return tensor.data;
  const found = tensor ? `its shape is ${text(tensor.shape)}` : "the run did not give it";
  throw new DomainError(
    "graph-mismatch",
    `Cannot read output "${name}" as ${found} where the manifest makes it ${
      expected.map(text).join(" or ")
    }`,
  );
}

function text(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}
