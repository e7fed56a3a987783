import type { Pixels } from "../../src/image/pixels.ts";
import { readHeader } from "../../src/image/formats/read_header.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";
import { buildBmp } from "../image/formats/build_bmp.ts";
import { exifSegment } from "../image/formats/build_jpeg.ts";
import { orientationTiff } from "../image/formats/build_tiff.ts";
import { buildWebp, HAS_EXIF, vp8x, webpChunk } from "../image/formats/build_webp.ts";
import { joinBytes } from "../image/formats/bytes_of.ts";
import { orientations, storeImage } from "../image/store_image.ts";
import { encodePng } from "../sample_images/encode_png.ts";
import { encodeCmykJpeg } from "./photos/cmyk_jpeg.ts";
import { encodeAvif, encodeGreyJpeg, encodeJpeg, encodeWebp } from "./photos/encode.ts";
import { encodeGif } from "./photos/encode_gif.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Photos by name: those that are given, and one of them in every format. */
export type Photos = ReadonlyMap<string, Bytes>;

const SHARED = new URL("../../../shared/", import.meta.url);
const VAL = "data/everyday8/images/val/";

/** The photo that is stored in every format: a bus, cars, a tram and a person. */
export const STREET = "street.jpg";

/** Real photos as they were taken. */
const TAKEN: Readonly<Record<string, string>> = {
  "cat-1080p.jpg": "photos/cat_1080p.jpg",
  "kites-large.jpg": "photos/kite_and_cold.jpg",
  "portrait.bmp": "photos/grace_hopper.bmp",
  [STREET]: `${VAL}voc2007_004030.jpg`,
  "cars.jpg": `${VAL}voc2007_004245.jpg`,
  "train.jpg": `${VAL}voc2007_000031.jpg`,
  "cat-and-person.jpg": `${VAL}voc2007_000928.jpg`,
  "fruit.jpg": `${VAL}fruit_mixed_25.jpg`,
};

/** The set of which some of them are, with what people marked in each, in COCO's format. */
export const MARKED_SET = new URL("data/everyday8/val.json", SHARED);

/** Their files; the photos themselves are not the project's to give on. */
export const PHOTO_FILES: Readonly<Record<string, URL>> = Object.fromEntries(
  Object.entries(TAKEN).map(([name, path]) => [name, new URL(path, SHARED)]),
);

/** Whether the photos are here. */
export const HAVE_PHOTOS = await Promise.all(
  Object.values(PHOTO_FILES).map((file) => Deno.stat(file)),
).then(() => true, () => false);

/** Every photo, the same bytes on every machine; they are read and made once. */
export function loadPhotos(): Promise<Photos> {
  return photos ??= makePhotos();
}
let photos: Promise<Photos> | undefined;

/** How the one photo is stored anew. */
const STORED: Readonly<Record<string, (street: Pixels) => Bytes | Promise<Bytes>>> = {
  "progressive.jpg": (street) => encodeJpeg(street, true),
  "grey.jpg": encodeGreyJpeg,
  "cmyk.jpg": encodeCmykJpeg,
  ...Object.fromEntries(
    orientations.map((turn) => [`exif-${turn}.jpg`, (street: Pixels) => exifJpeg(street, turn)]),
  ),
  "rgb.png": encodePng,
  "alpha.png": (street) => encodePng(withHole(street)),
  "grey.png": (street) => encodePng(grey(street)),
  "palette.gif": encodeGif,
  "lossy.webp": encodeWebp,
  "lossless.webp": (street) => encodeWebp(street, true),
  "alpha.webp": (street) => encodeWebp(withHole(street)),
  "exif-6.webp": async (street) => exifWebp(await encodeWebp(turned(street, 6)), 6),
  "rgb.avif": encodeAvif,
  "alpha.avif": (street) => encodeAvif(withHole(street)),
  "rgb.bmp": bmp24,
};

/** Names of all of them. */
export const PHOTO_NAMES: readonly string[] = [...Object.keys(TAKEN), ...Object.keys(STORED)];

async function makePhotos(): Promise<Photos> {
  const made = new Map<string, Bytes>();
  for (const [name, file] of Object.entries(PHOTO_FILES)) made.set(name, await Deno.readFile(file));
  const street = await decode(made.get(STREET)!);
  for (const [name, store] of Object.entries(STORED)) made.set(name, await store(street));
  return made;
}

async function decode(bytes: Bytes): Promise<Pixels> {
  const { codec } = await hostRuntime({ threads: 1 });
  const header = readHeader(bytes);
  return codec.decode(bytes, header, header);
}

/** Stored as a camera held in this orientation stores it: upright it is the same image. */
function turned(image: Pixels, orientation: number): Pixels {
  const { data, width } = image;
  const pixelAt = (x: number, y: number) => {
    const at = (y * width + x) * 3;
    return [data[at], data[at + 1], data[at + 2]] as const;
  };
  return storeImage(pixelAt, image, orientation);
}

async function exifJpeg(street: Pixels, orientation: number): Promise<Bytes> {
  const jpeg = await encodeJpeg(turned(street, orientation));
  const exif = exifSegment(orientationTiff(orientation));
  return joined(jpeg.subarray(0, 2), exif, jpeg.subarray(2));
}

/** A lossy WebP in the container that can hold more than it (RFC 9649, 2.7). */
function exifWebp(file: Bytes, orientation: number): Bytes {
  const { width, height } = readHeader(file);
  return buildWebp([
    vp8x(HAS_EXIF, width, height),
    file.subarray(12),
    webpChunk("EXIF", orientationTiff(orientation)),
  ]) as Bytes;
}

/** With a transparent frame that grows more solid inwards, over a tenth of each side. */
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
    const [red, green, blue] = data.subarray(i * 3, i * 3 + 3);
    luma[i] = Math.round(0.299 * red + 0.587 * green + 0.114 * blue);
  }
  return { data: luma, width, height, channels: 1, reduction: 1 };
}

/** Blue first, the lowest row first, each row filled up to four bytes. */
function bmp24({ data, width, height }: Pixels): Bytes {
  const row = Math.ceil(width * 3 / 4) * 4;
  const pixels = new Uint8Array(row * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [red, green, blue] = data.subarray((y * width + x) * 3);
      pixels.set([blue, green, red], (height - 1 - y) * row + x * 3);
    }
  }
  return joined(buildBmp({ width, height }), pixels);
}

function joined(...parts: readonly Uint8Array[]): Bytes {
  return joinBytes(...parts) as Bytes;
}
