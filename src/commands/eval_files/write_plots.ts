import { Buffer } from "node:buffer";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CocoBox, CocoDataset, CocoImage } from "../../eval/coco.ts";
import type { CategoryMatches } from "../../eval/match_category.ts";
import { precisionCurve } from "../../eval/precision_curve.ts";
import { falsePositives, misses } from "../../eval/worst_errors.ts";
import { readHeader } from "../../image/formats/read_header.ts";
import { curveSvg } from "../output/curve_svg.ts";
import { type OverlayBox, overlaySvg } from "../../draw/overlay_svg.ts";
import { readImageFile } from "../shared/arguments.ts";

/** Maximum number of drawings of false positives, and of drawings of missed objects. */
const MAX_IMAGES = 20;

/**
 * Image with one false positive or one missed object, and the boxes to draw. The first box is the
 * false positive or missed object.
 */
interface DrawnError {
  readonly image: CocoImage;
  readonly boxes: readonly OverlayBox[];
}

/**
 * Writes drawings of an evaluation as SVG files, and overwrites the drawings of earlier runs.
 * `precision-recall.svg` shows one curve per category. `false-positive-01.svg` and so on show the
 * false positives with the highest scores. `miss-01.svg` and so on show the largest objects that
 * were missed.
 *
 * @param folder Folder to write to. Created if it does not exist.
 * @param images Folder of the images. Unset: only the curves are written.
 * @param threshold Score threshold. Detections with a lower score are ignored.
 */
export async function writePlots(
  folder: string,
  truth: CocoDataset,
  categories: readonly CategoryMatches[],
  { images, threshold }: { readonly images?: string | undefined; readonly threshold: number },
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const curves = categories.map((each) => ({ label: each.label, points: precisionCurve(each) }));
  await writeFile(join(folder, "precision-recall.svg"), curveSvg(curves, threshold));
  if (images === undefined) return;
  const labels = categories.map(({ label }) => label);
  const imageOf = new Map(truth.images.map((image) => [image.id, image]));
  const positives = falsePositives(categories, threshold).slice(0, MAX_IMAGES).map((error) => ({
    image: imageOf.get(error.result.image_id)!,
    boxes: [box(error.result.bbox, error.label, labels, error.result.score)],
  }));
  const missed = misses(categories, threshold).slice(0, MAX_IMAGES).map((error) => ({
    image: imageOf.get(error.truth.image_id)!,
    boxes: [box(error.truth.bbox, error.label, labels)],
  }));
  await drawAll(folder, "false-positive", images, positives);
  await drawAll(folder, "miss", images, missed);
}

async function drawAll(
  folder: string,
  name: string,
  images: string,
  errors: readonly DrawnError[],
): Promise<void> {
  for (const [index, { image, boxes }] of errors.entries()) {
    const bytes = await readImageFile(join(images, image.file_name));
    const { format } = readHeader(bytes);
    const href = `data:image/${format};base64,${Buffer.from(bytes).toString("base64")}`;
    const svg = overlaySvg({ href, width: image.width, height: image.height }, boxes);
    await writeFile(join(folder, `${name}-${String(index + 1).padStart(2, "0")}.svg`), svg);
  }
}

function box(
  [x, y, width, height]: CocoBox,
  label: string,
  labels: readonly string[],
  score?: number,
): OverlayBox {
  const edges = { xmin: x, ymin: y, xmax: x + width, ymax: y + height };
  return { box: edges, label, classId: labels.indexOf(label), score };
}
