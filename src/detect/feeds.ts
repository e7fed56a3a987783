import type { ResizePlan } from "../core/resize_plan.ts";
import type { InputTensor } from "../image/input_tensor.ts";
import type { Manifest } from "../manifest/manifest.ts";
import type { ExtraTensor, Feeds } from "../ports/session.ts";

type ExtraInput = NonNullable<Manifest["extraInputs"]>[number];

/** Number of an image, by its name in a manifest. */
type ImageNumber = Exclude<ExtraInput["value"][number], number>;

/**
 * Returns all input tensors of a run: the image, and the inputs that the graph takes besides it.
 *
 * @param image Tensor of the image.
 * @param plan Resize plan of the image.
 */
export function feedsOf(manifest: Manifest, image: InputTensor, plan: ResizePlan): Feeds {
  const extras = manifest.extraInputs?.map((extra) => [extra.name, extraTensor(extra, plan)]) ?? [];
  return { [manifest.input.name]: image, ...Object.fromEntries(extras) as Feeds };
}

function extraTensor({ type, shape, value }: ExtraInput, plan: ResizePlan): ExtraTensor {
  const numbers = value.map((each) => typeof each === "number" ? each : NUMBERS[each](plan));
  switch (type) {
    case "float32":
      return { type, shape, data: Float32Array.from(numbers) };
    case "int32":
      return { type, shape, data: Int32Array.from(numbers) };
    case "int64":
      return { type, shape, data: BigInt64Array.from(numbers, BigInt) };
  }
}

const NUMBERS: Readonly<Record<ImageNumber, (plan: ResizePlan) => number>> = {
  "source-height": ({ source }) => source.height,
  "source-width": ({ source }) => source.width,
  "resized-height": ({ resized }) => resized.height,
  "resized-width": ({ resized }) => resized.width,
  "input-height": ({ input }) => input.height,
  "input-width": ({ input }) => input.width,
  "scale-y": ({ source, scaled }) => scaled.height / source.height,
  "scale-x": ({ source, scaled }) => scaled.width / source.width,
};
