import { z } from "zod";
import type { CocoDataset, CocoResult } from "../../eval/coco.ts";
import { readJson } from "./read_json.ts";

const box = z.tuple([z.number(), z.number(), z.number(), z.number()]);

const dataset = z.object({
  images: z.array(z.object({
    id: z.int(),
    file_name: z.string(),
    width: z.number(),
    height: z.number(),
  })),
  categories: z.array(z.object({ id: z.int(), name: z.string() })),
  annotations: z.array(z.object({
    id: z.int(),
    image_id: z.int(),
    category_id: z.int(),
    bbox: box,
    area: z.number(),
    iscrowd: z.union([z.literal(0), z.literal(1)]).default(0),
  })),
});

const results = z.array(z.object({
  image_id: z.int(),
  category_id: z.int(),
  bbox: box,
  score: z.number(),
}));

/**
 * Reads an annotation file of the COCO data set format.
 *
 * @throws {TypeError} If a property is missing or wrong. The message names this property.
 */
export function readDataset(path: string): Promise<CocoDataset> {
  return readJson(path, dataset, "COCO");
}

/**
 * Reads a results file of the COCO data set format.
 *
 * @throws {TypeError} If a property is missing or wrong. The message names this property.
 */
export function readResults(path: string): Promise<CocoResult[]> {
  return readJson(path, results, "COCO");
}
