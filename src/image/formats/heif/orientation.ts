import type { Orientation } from "../exif_orientation.ts";
import type { IsoBox } from "./iso_box.ts";

type Mirroring = "none" | "top-bottom" | "left-right";

/**
 * Exif orientations that equal a rotation followed by a mirroring (ISO/IEC 23008-12, 6.5.10 and
 * 6.5.12). The first key is the number of quarter turns to the left. The second key names the sides
 * that the mirroring swaps.
 */
const ORIENTATIONS: Readonly<Record<0 | 1 | 2 | 3, Readonly<Record<Mirroring, Orientation>>>> = {
  0: { "none": 1, "top-bottom": 4, "left-right": 2 },
  1: { "none": 8, "top-bottom": 5, "left-right": 7 },
  2: { "none": 3, "top-bottom": 2, "left-right": 4 },
  3: { "none": 6, "top-bottom": 7, "left-right": 5 },
};

/**
 * Returns the Exif orientation that equals the rotation and the mirroring of a HEIF item.
 *
 * @param irot Box with the rotation. Undefined: no rotation.
 * @param imir Box with the mirroring. Undefined: no mirroring.
 * @param mirrorsFirst True if the mirroring comes before the rotation.
 */
export function orientation(
  irot: IsoBox | undefined,
  imir: IsoBox | undefined,
  mirrorsFirst: boolean,
): Orientation {
  const left = irot === undefined ? 0 : irot.content.fromStart().u8() & 3;
  // A mirroring followed by a rotation equals the opposite rotation followed by the mirroring.
  const turns = (mirrorsFirst ? -left & 3 : left) as 0 | 1 | 2 | 3;
  return ORIENTATIONS[turns][imir === undefined ? "none" : axisOf(imir)];
}

function axisOf({ content }: IsoBox): Mirroring {
  return (content.fromStart().u8() & 1) === 0 ? "top-bottom" : "left-right";
}
