import type { HeifImage } from "../image/formats/heif/heif_image.ts";
import type { Av1Sequence } from "../image/formats/avif/av1_sequence.ts";
import { box, type ContainerCoding, heifContainer } from "./heif_container.ts";

const AV1: ContainerCoding<Av1Sequence> = {
  brands: ["avif", "avifmif1miaf"],
  itemType: "av01",
  depths: ({ isGrey, bitDepth }) => isGrey ? [bitDepth] : [bitDepth, bitDepth, bitDepth],
  config: av1C,
};

/** Writes the AV1 data of an image into a new AVIF file (AVIF 1.1). */
export function avifContainer(image: HeifImage<Av1Sequence>): Uint8Array {
  return heifContainer(image, AV1);
}

/**
 * Builds the box `av1C`, the AV1 configuration (AV1-ISOBMFF, section 2.3.3). The box declares level
 * 31, which means that the image size has no limit.
 */
function av1C(sequence: Av1Sequence): Uint8Array {
  const { profile, bitDepth, isGrey, halvesColumns, halvesRows, chromaPosition } = sequence;
  const flags = (bitDepth > 8 ? 0x40 : 0) | (bitDepth === 12 ? 0x20 : 0) | (isGrey ? 0x10 : 0) |
    (halvesColumns ? 8 : 0) | (halvesRows ? 4 : 0) | chromaPosition;
  return box("av1C", Uint8Array.of(0x81, profile << 5 | 31, flags, 0));
}
