import { DomainError } from "../core/domain_error.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Session, TensorInfo } from "../ports/session.ts";
import {
  type Dimension,
  expectedInputs,
  expectedOutputs,
  type ExpectedTensor,
} from "./expected_tensors.ts";

/**
 * Checks that the inputs and outputs of a graph match its manifest.
 *
 * Names, element types and numbers of dimensions must be equal. If both graph and manifest fix the
 * length of a dimension, the lengths must be equal. Variable dimensions are checked at every run.
 *
 * @throws {DomainError} `graph-mismatch`. For each difference, the message contains the value of
 *   the graph and the value of the manifest.
 */
export function checkGraph(manifest: Manifest, session: Pick<Session, "inputs" | "outputs">): void {
  const faults = [
    ...expectedInputs(manifest).flatMap((tensor) => faultsOf("input", session.inputs, tensor)),
    ...expectedOutputs(manifest).flatMap((tensor) => faultsOf("output", session.outputs, tensor)),
  ];
  const fed = expectedInputs(manifest).length;
  if (session.inputs.length !== fed) {
    faults.push(`the graph has ${session.inputs.length} inputs, the manifest feeds ${fed}`);
  }
  if (faults.length > 0) {
    throw new DomainError(
      "graph-mismatch",
      `Cannot serve model "${manifest.id}" as its manifest does not fit its graph: ${
        faults.join("; ")
      }`,
    );
  }
}

/**
 * Compares one tensor of the graph with the tensor that the manifest requires. Returns one text per
 * difference.
 */
function faultsOf(
  kind: "input" | "output",
  found: readonly TensorInfo[],
  { name, types, shapes }: ExpectedTensor,
): string[] {
  const tensor = found.find((info) => info.name === name);
  if (tensor === undefined) {
    const names = found.map((info) => `"${info.name}"`).join(", ") || "none";
    return [`${kind} "${name}" is named in the manifest, the graph has ${names}`];
  }
  const faults = [];
  if (!types.includes(tensor.type)) {
    const wanted = types.join(" or ");
    faults.push(`${kind} "${name}" is ${tensor.type} in the graph, ${wanted} in the manifest`);
  }
  // Graphs that apply NMS often declare no shape at all, not even the number of dimensions.
  const isKnown = tensor.shape.length > 0 && shapes.length > 0;
  if (isKnown && !shapes.some((shape) => fits(shape, tensor.shape))) {
    const wanted = shapes.map(text).join(" or ");
    faults.push(
      `${kind} "${name}" is ${text(tensor.shape)} in the graph, ${wanted} in the manifest`,
    );
  }
  return faults;
}

/**
 * Returns true if two shapes can be equal. Dimensions of variable length are equal to any length.
 */
function fits(expected: readonly Dimension[], found: TensorInfo["shape"]): boolean {
  return expected.length === found.length && expected.every((length, axis) => {
    const other = found[axis];
    return length === null || typeof other !== "number" || other === length;
  });
}

function text(shape: readonly (number | string | null)[]): string {
  return `[${shape.map((length) => length ?? "?").join(", ")}]`;
}
