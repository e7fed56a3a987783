import type { AnchorLevel } from "../core/anchors.ts";
import { swapAxes, toPixels } from "../core/box_coder.ts";
import type { Size } from "../core/size.ts";
import type { HeadsManifest } from "../manifest/manifest.ts";
import { outputData, type Outputs } from "./output_data.ts";

/**
 * Returns rows without a grid as one level of `count` cells with one anchor each.
 *
 * With `output`, the graph returns the anchors. With `none`, the graph has decoded its boxes
 * itself, so there are no anchors and no values are written.
 *
 * @param count Rows of the heads, R.
 * @param input Size of the padded input tensor.
 * @throws {DomainError} `graph-mismatch`, if the anchors are missing or are not R rows.
 */
export function listedAnchors(
  rule: HeadsManifest["anchors"] & { kind: "output" | "none" },
  count: number,
  outputs: Outputs,
  input: Size,
): AnchorLevel {
  const level = { grid: { width: count, height: 1 }, perCell: 1, covered: input };
  if (rule.kind === "none") return { ...level, write() {} };
  // The shape is (N, R, 4) or (R, 4): N images with R rows each. The first R rows belong to the
  // first image.
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
