import { Image } from "imagescript";
import type { Orientation } from "../../src/image/formats/exif_orientation.ts";
import type { Pixels } from "../../src/image/pixels.ts";
import { readHeader } from "../../src/image/formats/read_header.ts";
import { buildBmp } from "../image/formats/build_bmp.ts";
import { exifSegment } from "../image/formats/build_jpeg.ts";
import { orientationTiff } from "../image/formats/build_tiff.ts";
import { buildWebp, HAS_EXIF, vp8x, webpChunk } from "../image/formats/build_webp.ts";
import { joinBytes } from "../image/formats/bytes_of.ts";
import { orientations, storeImage } from "../image/store_image.ts";
import { encodePng } from "../sample_images/encode_png.ts";
import { drawScene } from "../sample_images/fruit_scene.ts";
import { missingShared, SHARED } from "../testing.ts";
import { encodeCmykJpeg } from "./encoders/cmyk_jpeg.ts";
import { encodeAvif, encodeGreyJpeg, encodeJpeg, encodeWebp } from "./encoders/encode.ts";
import { encodeGif } from "./encoders/encode_gif.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Images of the suite by name. */
export type SuiteImages = ReadonlyMap<string, Bytes>;

/** Drawn fruits, which the suite stores in every format. */
export const SCENE = "scene.jpg";
/** Photo of a bus, cars, a tram and a person, which the suite stores in every format. */
export const STREET = "street.jpg";
/** Size of both. */
export const SIZE = { width: 448, height: 336 };

const VAL = "data/everyday8/images/val/";

/** Photos, by their places in `../shared`: their licences do not let the repository carry them. */
const PHOTOS: Readonly<Record<string, string>> = {
  "cat-1080p.jpg": "photos/cat_1080p.jpg",
  "kites-large.jpg": "photos/kite_and_cold.jpg",
  "portrait.bmp": "photos/grace_hopper.bmp",
  [STREET]: `${VAL}voc2007_004030.jpg`,
  "cars.jpg": `${VAL}voc2007_004245.jpg`,
  "train.jpg": `${VAL}voc2007_000031.jpg`,
  "cat-and-person.jpg": `${VAL}voc2007_000928.jpg`,
  "fruit.jpg": `${VAL}fruit_mixed_25.jpg`,
};

/** Files of the photos. */
export const PHOTO_FILES: Readonly<Record<string, URL>> = Object.fromEntries(
  Object.entries(PHOTOS).map(([name, path]) => [name, new URL(path, SHARED)]),
);

/** Annotations, in COCO's format, of the data set that some of the photos belong to. */
export const MARKED_SET = new URL("data/everyday8/val.json", SHARED);

/** Reason to skip cases that need photos; undefined if all photos are there. */
export const MISSING_PHOTOS: string | undefined = Object.values(PHOTOS)
  .map(missingShared)
  .find((reason) => reason !== undefined);

/** Ways to store an image. */
const STORED: Readonly<Record<string, (image: Pixels) => Bytes | Promise<Bytes>>> = {
  "progressive.jpg": (image) => encodeJpeg(image, true),
  "grey.jpg": encodeGreyJpeg,
  "cmyk.jpg": encodeCmykJpeg,
  ...Object.fromEntries(
    orientations.map((turn) => [`exif-${turn}.jpg`, (image: Pixels) => exifJpeg(image, turn)]),
  ),
  "rgb.png": encodePng,
  "alpha.png": (image) => encodePng(withHole(image)),
  "grey.png": (image) => encodePng(grey(image)),
  "palette.gif": encodeGif,
  "lossy.webp": encodeWebp,
  "lossless.webp": (image) => encodeWebp(image, true),
  "alpha.webp": (image) => encodeWebp(withHole(image)),
  "exif-6.webp": async (image) => exifWebp(await encodeWebp(turned(image, 6)), 6),
  "rgb.avif": encodeAvif,
  "alpha.avif": (image) => encodeAvif(withHole(image)),
  "rgb.bmp": bmp24,
};

/** Names of all images: `scene/` and `street/` hold those two in every format. */
export const IMAGE_NAMES: readonly string[] = [
  SCENE,
  ...Object.keys(STORED).map((name) => `scene/${name}`),
  ...Object.keys(PHOTOS),
  ...Object.keys(STORED).map((name) => `street/${name}`),
];

/** True if an image is a photo or made of one. */
export function isPhoto(name: string): boolean {
  return !name.startsWith("scene");
}

let images: Promise<SuiteImages> | undefined;

/** Makes the images once, the same bytes on every machine; leaves out photos that are missing. */
export function loadImages(): Promise<SuiteImages> {
  return images ??= makeImages();
}

async function makeImages(): Promise<SuiteImages> {
  const made = new Map<string, Bytes>();
  const scene = drawScene(SIZE.width, SIZE.height);
  made.set(SCENE, await encodeJpeg(scene));
  await storeAll("scene", scene, made);
  if (MISSING_PHOTOS !== undefined) return made;
  for (const [name, file] of Object.entries(PHOTO_FILES)) made.set(name, await Deno.readFile(file));
  await storeAll("street", await decode(made.get(STREET)!), made);
  return made;
}

async function storeAll(folder: string, image: Pixels, made: Map<string, Bytes>): Promise<void> {
  for (const [name, store] of Object.entries(STORED)) {
    made.set(`${folder}/${name}`, await store(image));
  }
}

/** Decodes with imagescript, so that the images do not depend on the decoder under test. */
async function decode(bytes: Bytes): Promise<Pixels> {
  const { bitmap, width, height } = await Image.decode(bytes);
  const data = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < data.length; from += 4, to += 3) {
    data.set(bitmap.subarray(from, from + 3), to);
  }
  return { data, width, height, channels: 3, reduction: 1 };
}

/** Turns an upright image to the way a camera stores it in this orientation. */
function turned(image: Pixels, orientation: Orientation): Pixels {
  const { data, width } = image;
  const pixelAt = (x: number, y: number) => {
    const at = (y * width + x) * 3;
    return [data[at]!, data[at + 1]!, data[at + 2]!] as const;
  };
  return storeImage(pixelAt, image, orientation);
}

async function exifJpeg(image: Pixels, orientation: Orientation): Promise<Bytes> {
  const jpeg = await encodeJpeg(turned(image, orientation));
  const exif = exifSegment(orientationTiff(orientation));
  return joined(jpeg.subarray(0, 2), exif, jpeg.subarray(2));
}

/** Puts a lossy WebP into the extended container, which can hold Exif (RFC 9649, 2.7). */
function exifWebp(file: Bytes, orientation: Orientation): Bytes {
  const { width, height } = readHeader(file);
  return buildWebp([
    vp8x(HAS_EXIF, width, height),
    file.subarray(12),
    webpChunk("EXIF", orientationTiff(orientation)),
  ]) as Bytes;
}

/** Adds alpha that grows from 0 at each edge to solid at a tenth of the side. */
function withHole({ data, width, height }: Pixels): Pixels {
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const inwards = Math.min(x / width, 1 - x / width, y / height, 1 - y / height);
      rgba.set(data.subarray(at * 3, at * 3 + 3), at * 4);
      rgba[at * 4 + 3] = Math.min(255, Math.round(inwards * 2550));
    }
  }
  return { data: rgba, width, height, channels: 4, reduction: 1 };
}

function grey({ data, width, height }: Pixels): Pixels {
  const luma = new Uint8Array(width * height);
  for (let i = 0; i < luma.length; i++) {
    const at = i * 3;
    luma[i] = Math.round(0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!);
  }
  return { data: luma, width, height, channels: 1, reduction: 1 };
}

/** Encodes a 24-bit BMP: blue first, the lowest row first, rows padded to four bytes. */
function bmp24({ data, width, height }: Pixels): Bytes {
  const row = Math.ceil(width * 3 / 4) * 4;
  const pixels = new Uint8Array(row * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bgr = data.slice((y * width + x) * 3, (y * width + x + 1) * 3).reverse();
      pixels.set(bgr, (height - 1 - y) * row + x * 3);
    }
  }
  return joined(buildBmp({ width, height }), pixels);
}

function joined(...parts: readonly Uint8Array[]): Bytes {
  return joinBytes(...parts) as Bytes;
}
