import type { CocoDataset, CocoResult } from "../../src/eval/coco.ts";
import type { CocoFigures } from "../../src/eval/evaluate.ts";
import golden from "./goldens/random_coco.json" with { type: "json" };

/** Every figure but those by category. */
export type TwelveFigures = Omit<CocoFigures, "perCategory">;

/** The random data set, as `make/random_coco.py` wrote it. */
export const randomTruth: CocoDataset = {
  images: golden.imageIds.map((id) => ({ id, file_name: `${id}.jpg`, width: 640, height: 480 })),
  categories: golden.categories.map(([id, name]) => ({ id: Number(id), name: String(name) })),
  annotations: golden.annotations.map(([id, image_id, category_id, x, y, w, h, area, crowd]) => ({
    id,
    image_id,
    category_id,
    bbox: [x, y, w, h],
    area,
    iscrowd: crowd === 1 ? 1 : 0,
  })),
};

/** Results for it. */
export const randomResults: readonly CocoResult[] = golden.results.map((
  [image_id, category_id, x, y, width, height, score],
) => ({ image_id, category_id, bbox: [x, y, width, height], score }));

/** What pycocotools measures on all images. */
export const randomFigures: CocoFigures = {
  ...golden.figures,
  perCategory: golden.perCategory.map(([label, ap, ap50]) => ({
    label: String(label),
    ap: Number(ap),
    ap50: Number(ap50),
  })),
};

/** Some of the images, not in order. */
export const subset: readonly number[] = golden.subset;

/** What pycocotools measures on these. */
export const subsetFigures: TwelveFigures = golden.subsetFigures;
