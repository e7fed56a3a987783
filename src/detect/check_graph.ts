import type { Manifest } from "../../models/manifest.ts";
import { levelGrid } from "../core/anchors.ts";
import { DomainError } from "../core/domain_error.ts";
import { createPlan } from "../core/plan.ts";
import type { Size } from "../core/size.ts";
import type { Session, TensorInfo } from "../ports/session.ts";
import { headShape } from "./head_shape.ts";

type Side = number | null;

/**
 * Holds a manifest against the graph that was loaded for it.
 *
 * Names, number types, ranks and every side that both know must agree; a side that the graph
 * leaves open, or that depends on the picture, is checked at every run instead.
 *
 * @throws {DomainError} `graph-mismatch`, with the two values side by side for each difference.
 */
export function checkGraph(manifest: Manifest, session: Pick<Session, "inputs" | "outputs">): void {
  const input = fixedInput(manifest);
  const faults = [
    ...faultsOf("input", session.inputs, manifest.input.name, [
      1,
      3,
      input?.height ?? null,
      input?.width ?? null,
    ]),
    ...expectedOutputs(manifest, input).flatMap(([name, shape]) =>
      faultsOf("output", session.outputs, name, shape)
    ),
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

/** The input's size where it is the same for every picture. */
export function fixedInput(manifest: Manifest): Size | null {
  const { resize, pad } = manifest;
  if (pad.kind === "fixed") return pad;
  return resize.kind === "stretch" ? createPlan(resize, resize, pad).input : null;
}

function expectedOutputs(manifest: Manifest, input: Size | null): [string, Side[]][] {
  const { outputs, anchors, labels } = manifest;
  const perCell = anchors.ratios.length * anchors.levels[0].sizes.length;
  const grids = anchors.levels.map((level) => input && levelGrid(level, input));
  if (outputs.kind === "joined") {
    const rows = grids.reduce<Side>(
      (sum, grid) => sum === null || !grid ? null : sum + grid.width * grid.height * perCell,
      0,
    );
    return [[outputs.scores, [1, rows, labels.length]], [outputs.deltas, [1, rows, 4]]];
  }
  return grids.flatMap((grid, level) => {
    const shape = (depth: number): Side[] =>
      headShape(outputs.layout, depth, grid?.height ?? null, grid?.width ?? null);
    return [
      [outputs.scores[level], shape(perCell * labels.length)],
      [outputs.deltas[level], shape(perCell * 4)],
    ] as [string, Side[]][];
  });
}

function faultsOf(
  kind: "input" | "output",
  found: readonly TensorInfo[],
  name: string,
  shape: readonly Side[],
): string[] {
  const tensor = found.find((info) => info.name === name);
  if (tensor === undefined) {
    const names = found.map((info) => `"${info.name}"`).join(", ") || "none";
    return [`${kind} "${name}" is named in the manifest, the graph has ${names}`];
  }
  const faults = [];
  if (tensor.type !== "float32") {
    faults.push(`${kind} "${name}" is ${tensor.type} in the graph, float32 in the manifest`);
  }
  if (tensor.shape.length !== shape.length) {
    faults.push(
      `${kind} "${name}" has ${tensor.shape.length} sides in the graph, ${shape.length} in the manifest`,
    );
  } else if (shape.some((side, axis) => !agree(side, tensor.shape[axis]))) {
    faults.push(
      `${kind} "${name}" is ${text(tensor.shape)} in the graph, ${text(shape)} in the manifest`,
    );
  }
  return faults;
}

function agree(expected: Side, found: number | string | null): boolean {
  return expected === null || typeof found !== "number" || found === expected;
}

function text(shape: readonly (number | string | null)[]): string {
  return `[${shape.map((side) => side ?? "?").join(", ")}]`;
}
