import type { CocoDataset, CocoResult } from "../../src/eval/coco.ts";
import type { CocoFigures } from "../../src/eval/evaluate.ts";
import golden from "./goldens/random_coco.json" with { type: "json" };

/** All figures but those per category. */
export type TwelveFigures = Omit<CocoFigures, "perCategory">;

/** Random truth, written by `make/random_coco.py`. */
export const randomTruth: CocoDataset = {
  images: golden.imageIds.map((id) => ({ id, file_name: `${id}.jpg`, width: 640, height: 480 })),
  categories: golden.categories.map(([id, name]) => ({ id: Number(id), name: String(name) })),
  annotations: golden.annotations.map(([id, image_id, category_id, x, y, w, h, area, crowd]) => ({
    id: id!,
    image_id: image_id!,
    category_id: category_id!,
    bbox: [x!, y!, w!, h!],
    area: area!,
    iscrowd: crowd === 1 ? 1 : 0,
  })),
};

/** Random results for {@linkcode randomTruth}. */
export const randomResults: readonly CocoResult[] = golden.results.map((
  [image_id, category_id, x, y, width, height, score],
) => ({
  image_id: image_id!,
  category_id: category_id!,
  bbox: [x!, y!, width!, height!],
  score: score!,
}));

/** Figures that pycocotools measures on all images. */
export const randomFigures: CocoFigures = {
  ...golden.figures,
  perCategory: golden.perCategory.map(([label, ap, ap50]) => ({
    label: String(label),
    ap: Number(ap),
    ap50: Number(ap50),
  })),
};

/** Ids of some of the images, unordered. */
export const subset: readonly number[] = golden.subset;

/** Figures that pycocotools measures on the images of {@linkcode subset}. */
export const subsetFigures: TwelveFigures = golden.subsetFigures;
