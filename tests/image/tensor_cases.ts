import { assertAlmostEquals, assertEquals } from "@std/assert";
import { createResizePlan, type ResizePlan } from "../../src/core/resize_plan.ts";
import type { Size } from "../../src/core/size.ts";
import { type TensorRule, toTensor } from "../../src/image/tensor.ts";
import { uprightView } from "../../src/image/upright_view.ts";
import { type Random, wholeBetween } from "../random.ts";
import type { Image } from "./naive_tensor.ts";
import { storeImage } from "./store_image.ts";

/** Rule that neither normalises nor reorders. */
export const RAW: TensorRule = {
  layout: "nchw",
  colour: "rgb",
  divisor: 1,
  mean: [0, 0, 0],
  std: [1, 1, 1],
  antialias: true,
  factor: "per-side",
  rounding: "none",
  padValue: [0, 0, 0],
};
/** Rule that normalises by the means and deviations of ImageNet. */
export const IMAGENET: TensorRule = {
  ...RAW,
  divisor: 255,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** Returns a plan that stretches and pads to a fixed size. */
export function planOf(source: Size, resized: Size, input: Size = resized): ResizePlan {
  return createResizePlan(source, { kind: "stretch", ...resized }, { kind: "fixed", ...input });
}

/** Returns a size by its sides. */
export function sized(width: number, height: number): Size {
  return { width, height };
}

/** Returns the tensor of an upright image. */
export function tensorOf(image: Image, plan: ResizePlan, rule: TensorRule): Float32Array {
  return toTensor(uprightView(storeImage(image, plan.source), 1), plan, rule);
}

/** Asserts that two lists of numbers have the same length and nearly equal values. */
export function assertClose(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  assertEquals(found.length, expected.length);
  for (let i = 0; i < found.length; i++) {
    assertAlmostEquals(found[i]!, expected[i]!, tolerance, `at ${i}`);
  }
}

/** Returns an image of random colours. */
export function noise(random: Random, { width, height }: Size): Image {
  const data = Array.from(
    { length: width * height },
    () => {
      const colour = () => wholeBetween(random, 0, 255);
      return [colour(), colour(), colour()] as const;
    },
  );
  return (x, y) => data[y * width + x]!;
}
