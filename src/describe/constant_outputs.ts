import type { BoxConstant } from "./graph_hints.ts";
import type { ProbedOutput } from "./probed_output.ts";

/**
 * Returns true if an output was the same in both test runs. Anchors stay the same, because they do
 * not depend on the pixels of the test image.
 */
export function isConstant({ runs: [even, noise] }: ProbedOutput): boolean {
  return even.data.every((value, i) => value === noise.data[i]);
}

/**
 * Returns the outputs that may contain anchors: constants whose last dimension has four numbers.
 */
export function constantsOf(outputs: readonly ProbedOutput[]): BoxConstant[] {
  return outputs.filter((output) => output.runs[0].shape.at(-1) === 4 && isConstant(output))
    .map(({ name, runs: [{ data, shape }] }) => ({ name, data, shape }));
}
