import { randomRetinaNet, type RetinaNetShape } from "../../tests/planner/random_retinanet.ts";
import { drawFruit, ORANGE_SKIN } from "../../tests/sample_images/draw_fruit.ts";
import { noisyJpeg } from "../../tests/sample_images/camera_jpeg.ts";
import type { Subject } from "./measure_model.ts";
import type { Size } from "../../src/core/size.ts";

/** Model and image to measure, with the size of the image. */
export interface SizedSubject extends Subject {
  /** Size of the image. */
  readonly size: Size;
}

/** Sizes of the images by name. */
export const IMAGES = {
  "hd": { width: 1920, height: 1080 },
  "camera": { width: 4000, height: 3000 },
} as const;

const small = { blocks: [1, 1, 1, 1], depth: 1 } as const;
const medium = { blocks: [2, 2, 2, 2], depth: 2 } as const;
const mobile = { block: "inverted", blocks: [2, 3, 4, 3], depth: 2 } as const;

/** Graphs that constants are fitted to: every kind of block, in float32 and int8. */
export const TRAINING: Readonly<Record<string, RetinaNetShape>> = {
  "basic-s": { ...small, block: "basic", width: 32, channels: 64, side: 256 },
  "basic-m": { ...medium, block: "basic", width: 32, channels: 64, side: 320 },
  "basic-l": { ...medium, block: "basic", width: 64, channels: 128, side: 320 },
  "basic-wide": { ...small, block: "basic", width: 16, channels: 64, depth: 3, side: 640 },
  "bottleneck-s": { ...small, block: "bottleneck", width: 16, channels: 64, side: 256 },
  "bottleneck-m": { ...medium, block: "bottleneck", width: 32, channels: 96, side: 384 },
  "mobile-m": { ...mobile, width: 24, channels: 96, side: 320 },
  "mobile-wide": { ...mobile, blocks: [1, 2, 3, 2], width: 32, channels: 64, side: 512 },
  "bottleneck-thin": {
    ...{ block: "bottleneck", blocks: [2, 3, 3, 2], depth: 0, width: 32, channels: 32, side: 512 },
  },
  "mobile-thin": { ...mobile, depth: 0, width: 32, channels: 32, side: 384 },
  "basic-sharp": { ...small, block: "basic", width: 32, channels: 64, side: 320, antialias: false },
  "basic-int8": { ...medium, block: "basic", width: 32, channels: 64, side: 320, int8: true },
  "large-int8": { ...medium, block: "basic", width: 64, channels: 128, side: 320, int8: true },
  "bottleneck-int8": {
    ...small,
    block: "bottleneck",
    width: 32,
    channels: 64,
    side: 512,
    int8: true,
  },
  "mobile-int8": { ...mobile, width: 24, channels: 96, side: 320, int8: true },
};

/** Graphs that predictions are compared with, in addition to the project's own. */
export const VERIFICATION: Readonly<Record<string, RetinaNetShape>> = {
  "resnet34": {
    block: "basic",
    blocks: [3, 4, 6, 3],
    depth: 2,
    width: 32,
    channels: 96,
    side: 416,
  },
  "resnet50": {
    ...{ block: "bottleneck", blocks: [3, 4, 6, 3], depth: 3, width: 24, channels: 64, side: 320 },
  },
  "mobile-s": {
    ...{ block: "inverted", blocks: [2, 2, 3, 2], depth: 1, width: 16, channels: 128, side: 384 },
  },
  "resnet50-int8": {
    ...{ block: "bottleneck", blocks: [3, 4, 6, 3], depth: 2, width: 32, channels: 96, side: 384 },
    int8: true,
  },
};

/** Writes graphs, their manifests and the images into a folder. */
export async function writeSubjects(
  folder: URL,
  shapes: Readonly<Record<string, RetinaNetShape>>,
): Promise<void> {
  for (const [id, shape] of Object.entries(shapes)) {
    const { graph, manifest } = randomRetinaNet(id, shape);
    await Deno.writeFile(new URL(`${id}.onnx`, folder), graph);
    await Deno.writeTextFile(new URL(`${id}.json`, folder), JSON.stringify(manifest));
  }
  for (const [name, { width, height }] of Object.entries(IMAGES)) {
    const fruit = { x: width / 2, y: height / 2, radius: height / 3, skin: ORANGE_SKIN };
    const jpeg = await noisyJpeg(drawFruit(width, height, [fruit]));
    await Deno.writeFile(new URL(`${name}.jpg`, folder), jpeg);
  }
}

/**
 * Combines a model with one of the images.
 *
 * @param images Folder that {@linkcode writeSubjects} wrote.
 * @param folder Folder of the model. Unset: `images`.
 */
export function subjectOf(
  images: URL,
  id: string,
  image: keyof typeof IMAGES,
  folder: URL = images,
): SizedSubject {
  const file = new URL(`${image}.jpg`, images).pathname;
  return { id, folder, image: file, size: IMAGES[image] };
}
