import { DomainError } from "../core/domain_error.ts";
import type { Tensor } from "../ports/session.ts";

/**
 * Output tensors of a run. The key is the name of an output. Undefined: the graph has no output of
 * this name.
 */
export type Outputs = Readonly<Record<string, Tensor | undefined>>;

/**
 * Returns the data of an output tensor after checking its shape.
 *
 * @param name Name of the output in the graph.
 * @param expected Accepted shapes.
 * @throws {DomainError} `graph-mismatch`, if the output is missing or has another shape.
 */
export function outputData(
  outputs: Outputs,
  name: string,
  ...expected: readonly (readonly number[])[]
): Float32Array {
  const tensor = outputs[name];
  if (tensor && expected.some((shape) => shape.join() === tensor.shape.join())) return tensor.data;
  const found = tensor ? `its shape is ${text(tensor.shape)}` : "the run did not return it";
  throw new DomainError(
    "graph-mismatch",
    `Cannot read output "${name}" as ${found}: the manifest expects ${
      expected.map(text).join(" or ")
    }`,
  );
}

function text(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}
