import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { CocoDataset, CocoResult } from "../../eval/coco.ts";

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

/** Reads a COCO annotation file. */
export function readDataset(path: string): Promise<CocoDataset> {
  return readJson(path, dataset);
}

/** Reads a COCO results file. */
export function readResults(path: string): Promise<CocoResult[]> {
  return readJson(path, results);
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(JSON.parse(await readFile(path, "utf8")));
  if (parsed.success) return parsed.data;
  const [{ path: property, message }] = parsed.error.issues;
  throw new TypeError(`Cannot read ${path} as COCO: ${property.join(".")}: ${message}`);
}
