import type { Size } from "../core/size.ts";
import { type ExtraRule, extraTensor } from "../image/extra_tensor.ts";
import type { Feeds, TensorInfo } from "../ports/session.ts";

/** Facts about an input other than the image, such as the image size. */
export interface ExtraFacts extends ExtraRule {
  /** Name of the input in the graph. */
  readonly name: string;
}

const TYPES = ["float32", "int64", "int32"] as const;

/**
 * Known inputs other than the image: a pattern for the name, and the values that the input gets.
 *
 * An input for the scale gets the value 1, so the graph returns boxes in pixels of the resized
 * image. An input for a size gets the height first, as in PaddleDetection
 * (ppdet/data/transform/operators.py, `im_shape`, `scale_factor`). An input for a limit of NMS gets
 * the usual value.
 */
const KNOWN: readonly (readonly [name: RegExp, value: ExtraRule["value"]])[] = [
  [/^im_?info$/i, ["resized-height", "resized-width", 1]],
  [/scale/i, [1, 1]],
  [/(im|img|image|input|target)_?(shape|size)s?$/i, ["resized-height", "resized-width"]],
  [/(iou|nms)_?(thr|thresh|threshold)$/i, [0.5]],
  [/^(score|conf|confidence|box)?_?(thr|thresh|threshold)$/i, [0.05]],
  [/^(max|num)_?\w*(box|det|object|output|pred|result|per_class)\w*$|^top_?k$/i, [100]],
];

/**
 * Recognises the inputs other than the image by their names, types and numbers of values.
 *
 * @returns Null if one of the inputs is unknown.
 */
export function extraInputsOf(inputs: readonly TensorInfo[]): ExtraFacts[] | null {
  const found = inputs.map(({ name, type: declared, shape: sides }): ExtraFacts | null => {
    const type = TYPES.find((known) => known === declared);
    const shape = sides.map((side, axis) => typeof side === "number" ? side : axis === 0 ? 1 : 2);
    const count = shape.reduce((product, side) => product * side, 1);
    const [, value] = KNOWN.find(([pattern, value]) =>
      pattern.test(name) && value.length === count
    ) ?? [];
    return type === undefined || value === undefined ? null : { name, type, shape, value };
  });
  return found.every((each) => each !== null) ? found : null;
}

/** Returns the tensors of all inputs other than the image, for a test image of `size`. */
export function extraFeeds(extras: readonly ExtraFacts[], size: Size): Feeds {
  const plan = { source: size, resized: size, input: size, scaled: size };
  return Object.fromEntries(extras.map((extra) => [extra.name, extraTensor(extra, plan)]));
}
