import type { Size } from "../core/size.ts";

/** Rectangle of a caption, in pixels of the image. */
export interface CaptionPlace extends Size {
  /** Left edge. */
  readonly left: number;
  /** Top edge. */
  readonly top: number;
}

/** Edges of a box, in pixels of the image. */
export interface Edges {
  /** Left edge. */
  readonly xmin: number;
  /** Top edge. */
  readonly ymin: number;
  /** Right edge. */
  readonly xmax: number;
  /** Bottom edge. */
  readonly ymax: number;
}

/**
 * Finds a place for the caption of a box. Tries places above the box first, then inside at the top,
 * below the box, and inside at the bottom. Prefers a place inside the image that covers no other
 * caption.
 *
 * @param caption Size of the caption, in pixels of the image.
 * @param image Size of the image in pixels.
 * @param taken Places of the captions of better boxes.
 */
export function placeCaption(
  box: Edges,
  caption: Size,
  image: Size,
  taken: readonly CaptionPlace[],
): CaptionPlace {
  const atRight = box.xmax - caption.width;
  const places = [
    [box.xmin, box.ymin - caption.height],
    [atRight, box.ymin - caption.height],
    [box.xmin, box.ymin],
    [atRight, box.ymin],
    [box.xmin, box.ymax],
    [atRight, box.ymax],
    [box.xmin, box.ymax - caption.height],
    [atRight, box.ymax - caption.height],
  ].map(([left, top]) => inside({ left: left!, top: top!, ...caption }, image));
  const free =
    places.find(({ place, isMoved }) =>
      !isMoved && !taken.some((other) => overlap(place, other))
    ) ?? places.find(({ place }) => !taken.some((other) => overlap(place, other)));
  return (free ?? places[0]!).place;
}

/**
 * Moves a caption into the image. `isMoved` is false for a small move, which leaves the caption
 * close to its box.
 */
function inside(
  place: CaptionPlace,
  image: Size,
): { readonly place: CaptionPlace; readonly isMoved: boolean } {
  const left = Math.max(0, Math.min(place.left, image.width - place.width));
  const top = Math.max(0, Math.min(place.top, image.height - place.height));
  const moved = Math.abs(left - place.left) + Math.abs(top - place.top);
  return { place: { ...place, left, top }, isMoved: moved > place.height / 4 };
}

function overlap(a: CaptionPlace, b: CaptionPlace): boolean {
  return a.left < b.left + b.width && b.left < a.left + a.width &&
    a.top < b.top + b.height && b.top < a.top + a.height;
}
