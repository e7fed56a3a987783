import { missingShared, SHARED } from "../../testing.ts";

/** Image that every runtime gets. */
export interface SentImage {
  readonly file: string;
  readonly folder: URL;
  /** Size that the answer has. */
  readonly size: Size;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const FORMATS = new URL("../../sample_images/formats/", import.meta.url);
/** Sizes of sample images; the first expression that matches counts. */
const SIZES: readonly (readonly [files: RegExp, size: Size])[] = [
  [/^(420|422|444|inks|restarts|scans)\.jpg$/, { width: 61, height: 45 }],
  [/^grid/, { width: 128, height: 64 }],
  [/^odd/, { width: 61, height: 45 }],
  [/^tile/, { width: 64, height: 64 }],
  [/./, { width: 64, height: 48 }],
];
/**
 * Files that are no kind of their own: golden pixels of other images, all orientations but one, and
 * an image that tests limits.
 */
const LEFT_OUT = /\.decoded\.png$|^orientation-[^6]|^large-flat/;

/** Returns the sample images that the repository carries. */
export function sampleImages(): readonly SentImage[] {
  return [...Deno.readDirSync(FORMATS)]
    .map(({ name }) => name)
    .filter((name) => !LEFT_OUT.test(name))
    .sort()
    .map((file) => {
      const [, size] = SIZES.find(([files]) => files.test(file))!;
      return { file, folder: FORMATS, size };
    });
}

const SHARED_IMAGES = "cases/pictures/";

/** Reason to ignore a test of {@linkcode sharedImages}. Undefined: they are here. */
export const MISSING_IMAGES = missingShared(`${SHARED_IMAGES}expected.json`);

/** Returns the images of many programs, with the sizes that browsers and Pillow show. */
export function sharedImages(): readonly SentImage[] {
  const folder = new URL(SHARED_IMAGES, SHARED);
  const sizes: Readonly<Record<string, Size>> = JSON.parse(
    Deno.readTextFileSync(new URL("expected.json", folder)),
  );
  return Object.entries(sizes)
    .map(([file, { width, height }]) => ({ file, folder, size: { width, height } }));
}
