import type { ResizePlan } from "../core/resize_plan.ts";
import { extraTensor } from "../image/extra_tensor.ts";
import type { InputTensor } from "../image/input_tensor.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { Feeds } from "../ports/session.ts";

/**
 * Returns all input tensors of a run: the image, and further inputs such as the image size.
 *
 * @param image Tensor of the image.
 * @param plan Resize plan of the image.
 */
export function feedsOf(manifest: Manifest, image: InputTensor, plan: ResizePlan): Feeds {
  const { input, extraInputs = [] } = manifest;
  const extras = extraInputs.map((extra) => [extra.name, extraTensor(extra, plan)] as const);
  return { [input.name]: image, ...Object.fromEntries(extras) };
}
