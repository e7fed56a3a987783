/** Fields of the resize rules that keep the aspect ratio. */
export interface KeepsAspect {
  /**
   * Rounding of the width and height after resizing. `floor` rounds down, `half-up` rounds 0.5 up,
   * `half-even` rounds 0.5 to the even neighbour.
   */
  readonly rounding: "floor" | "half-up" | "half-even";
  /**
   * Ratio that maps boxes back to the source image. `per-side`: x is divided by the ratio of
   * rounded width to source width, y by the ratio of rounded height to source height. `one`: x and
   * y are divided by the same ratio, computed before the sides are rounded.
   */
  readonly factor: "per-side" | "one";
}

/**
 * Rule for the size of an image after resizing, before padding.
 *
 * - `fit`: the largest size of the same aspect ratio inside `width` x `height`.
 * - `shortest`: the shorter side becomes `shortest`, unless the longer side would exceed `longest`.
 *   `scale` says how the ratio of new side to old side is computed. `float64` divides the new side
 *   by the old side. `float32-reciprocal` multiplies the new side by the reciprocal of the old
 *   side, with each step rounded to float32 (torchvision 0.14, `_resize_image_and_masks`). If
 *   `rounding` is `floor`, `float32-reciprocal` gives about half of all images a short side of 799
 *   instead of 800, for example images of 500x375.
 * - `stretch`: exactly `width` x `height`. The aspect ratio may change.
 * - `crop`: exactly `width` x `height`. Before resizing, two opposite sides of the image are cut
 *   off to get the aspect ratio of `width` to `height` (Keras, `crop_to_aspect_ratio`).
 * - `letterbox`: exactly `width` x `height`. Before resizing, two opposite sides of the image are
 *   padded to get the aspect ratio of `width` to `height` (Keras, `pad_to_aspect_ratio`).
 * - `none`: the size of the image is not changed.
 */
export type ResizeRule =
  | ({ readonly kind: "fit"; readonly width: number; readonly height: number } & KeepsAspect)
  | ({
    readonly kind: "shortest";
    readonly shortest: number;
    readonly longest: number;
    readonly scale: "float64" | "float32-reciprocal";
  } & KeepsAspect)
  | {
    readonly kind: "stretch" | "crop" | "letterbox";
    readonly width: number;
    readonly height: number;
  }
  | { readonly kind: "none" };

/** Rule for the size after padding: no padding, the next multiple of a number, or a fixed size. */
export type PadRule =
  | { readonly kind: "none" }
  | ({ readonly kind: "multiple"; readonly of: number } & PadSides)
  | ({ readonly kind: "fixed"; readonly width: number; readonly height: number } & PadSides);

/** Sides of the image on which padding is added. */
export interface PadSides {
  /**
   * Place of the image in the padded area: `start` is the top left, `centre` the middle. With an
   * odd number of padding pixels, the right or bottom side gets one more.
   *
   * @default "start"
   */
  readonly align?: "start" | "centre" | undefined;
}
