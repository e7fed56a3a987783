import type { Manifest } from "../manifest/manifest.ts";
import { DomainError } from "../core/domain_error.ts";
import type { Session, TensorInfo } from "../ports/session.ts";
import {
  expectedInput,
  expectedOutputs,
  type ExpectedTensor,
  type Side,
} from "./expected_tensors.ts";

/**
 * Holds a manifest against the graph that was loaded for it.
 *
 * Names, number types, ranks and every side that both know must agree; a side that the graph
 * leaves open, or that depends on the image, is checked at every run instead.
 *
 * @throws {DomainError} `graph-mismatch`, with the two values side by side for each difference.
 */
export function checkGraph(manifest: Manifest, session: Pick<Session, "inputs" | "outputs">): void {
  const faults = [
    ...faultsOf("input", session.inputs, expectedInput(manifest)),
    ...expectedOutputs(manifest).flatMap((tensor) => faultsOf("output", session.outputs, tensor)),
  ];
  if (session.inputs.length !== 1) {
    faults.push(`the graph has ${session.inputs.length} inputs, the manifest feeds 1`);
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
  // Exports with suppression inside often leave even the rank open.
  const known = tensor.shape.length > 0 && shapes.length > 0;
  if (known && !shapes.some((shape) => fits(shape, tensor.shape))) {
    const wanted = shapes.map(text).join(" or ");
    faults.push(
      `${kind} "${name}" is ${text(tensor.shape)} in the graph, ${wanted} in the manifest`,
    );
  }
  return faults;
}

function fits(expected: readonly Side[], found: TensorInfo["shape"]): boolean {
  return expected.length === found.length && expected.every((side, axis) => {
    const other = found[axis];
    return side === null || typeof other !== "number" || other === side;
  });
}

function text(shape: readonly (number | string | null)[]): string {
  return `[${shape.map((side) => side ?? "?").join(", ")}]`;
}
