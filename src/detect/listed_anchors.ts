import type { HeadsManifest } from "../manifest/manifest.ts";
import type { AnchorLevel } from "../core/anchors.ts";
import { swapAxes, toPixels } from "../core/box_coder.ts";
import type { Size } from "../core/size.ts";
import { outputData, type Outputs } from "./output_data.ts";

/**
 * Rows without a grid as one level of `count` cells: anchors that the graph put out, or none.
 *
 * @throws {DomainError} `graph-mismatch`, if the graph put out another number of anchors.
 */
export function listedAnchors(
  rule: HeadsManifest["anchors"] & { kind: "output" | "none" },
  count: number,
  outputs: Outputs,
  input: Size,
): AnchorLevel {
  const level = { grid: { width: count, height: 1 }, perCell: 1, covered: input };
  if (rule.kind === "none") return { ...level, write() {} };
  // Of a batch, the first image's anchors.
  const batch = outputs[rule.name]?.shape.at(-3) ?? 1;
  const data = outputData(outputs, rule.name, [batch, count, 4], [count, 4]);
  return {
    ...level,
    write(index, out) {
      out.set(data.subarray(index * 4, index * 4 + 4));
      if (rule.corners === "yxyx") swapAxes(out);
      if (rule.space === "unit") toPixels(out, input);
    },
  };
}
