import type { Bomb } from "./bomb.ts";
import { AVIF_BOMBS } from "./bombs/avif.ts";
import { BMP_BOMBS } from "./bombs/bmp.ts";
import { GIF_BOMBS } from "./bombs/gif.ts";
import { HEIC_BOMBS } from "./bombs/heic.ts";
import { JPEG_BOMBS } from "./bombs/jpeg.ts";
import { OTHER_BOMBS } from "./bombs/other.ts";
import { PNG_BOMBS } from "./bombs/png.ts";
import { TIFF_BOMBS } from "./bombs/tiff.ts";
import { WEBP_BOMBS } from "./bombs/webp.ts";

/** All bombs. */
export const BOMBS: readonly Bomb[] = [
  ...PNG_BOMBS,
  ...JPEG_BOMBS,
  ...GIF_BOMBS,
  ...WEBP_BOMBS,
  ...AVIF_BOMBS,
  ...HEIC_BOMBS,
  ...BMP_BOMBS,
  ...TIFF_BOMBS,
  ...OTHER_BOMBS,
];
