import type { AnchorLevel } from "../core/anchors.ts";
import { toCorners, toPixels } from "../core/box_coder.ts";
import type { Size } from "../core/size.ts";
import type { HeadsManifest } from "../manifest/manifest.ts";
import { outputData, type Outputs } from "./output_data.ts";

/**
 * Returns anchors that belong to no grid. The result is one level of `count` cells with one anchor
 * each.
 *
 * With the rule `output`, the graph returns the anchors. With the rule `none`, the graph decodes
 * its boxes itself and needs no anchors, so `write()` of the level does nothing.
 *
 * @param count Number of anchors, which is the number of rows in the outputs of the graph.
 * @param input Size of the padded input tensor.
 * @throws {DomainError} `graph-mismatch`, if the output with the anchors is missing or does not
 *   have `count` rows.
 */
export function listedAnchors(
  rule: HeadsManifest["anchors"] & { kind: "output" | "none" },
  count: number,
  outputs: Outputs,
  input: Size,
): AnchorLevel {
  const level = { grid: { width: count, height: 1 }, perCell: 1, covered: input };
  if (rule.kind === "none") return { ...level, write() {} };
  // The shape is (images, rows, 4) or (rows, 4). Only the rows of the first image are used.
  const batch = outputs[rule.name]?.shape.at(-3) ?? 1;
  const data = outputData(outputs, rule.name, [batch, count, 4], [count, 4]);
  return {
    ...level,
    write(index, out) {
      out.set(data.subarray(index * 4, index * 4 + 4));
      toCorners(out, rule.corners);
      if (rule.space === "unit") toPixels(out, input);
    },
  };
}
