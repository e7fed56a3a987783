import type { ByteReader } from "../byte_reader.ts";
import { boxType, nextBox } from "./iso_box.ts";
import { hasPrimaryItem } from "./items.ts";

const META = boxType("meta");
const MOOV = boxType("moov");

/**
 * Maximum bytes of the metadata. Real metadata have fewer bytes, even with a colour profile. The
 * limit bounds the reading time.
 */
const MAX_META_BYTES = 2 ** 20;

/**
 * Maximum number of boxes (sections of the file) before the metadata. Real files have a few boxes
 * before the metadata. The limit bounds the reading time.
 */
const MAX_BOXES = 1000;

/**
 * Payloads of the two boxes (sections of the file) that describe an image. Undefined: the box was
 * not found.
 */
export interface HeifBoxes {
  /** Metadata, which list the items (images) of the file. */
  readonly meta: ByteReader | undefined;
  /** Image sequence (animation). Not searched if the metadata name a primary item (main image). */
  readonly moov: ByteReader | undefined;
  /** True if the metadata name a primary item (main image). */
  readonly hasPrimary: boolean;
}

/**
 * Finds the metadata (box `meta`) of a HEIF file. If the metadata name no primary item (main
 * image), also finds the image sequence (box `moov`).
 *
 * @param file Reader of the whole file, at its start.
 * @throws {DomainError} `corrupt-image`, if the metadata are too large or too many boxes precede
 *   the metadata; `truncated-image`, if the file ends inside the metadata.
 */
export function findBoxes(file: ByteReader): HeifBoxes {
  const found = new Map<number, ByteReader>();
  // Computed only once, because `hasPrimaryItem()` reads all metadata.
  let hasPrimary = false;
  const isEnough = () => hasPrimary || (found.has(META) && found.has(MOOV));
  for (let boxes = 0; !isEnough() && file.remaining > 0; boxes++) {
    if (boxes > MAX_BOXES) {
      throw file.corrupt(`at most ${MAX_BOXES} boxes may precede its metadata`, "more");
    }
    const { type, content } = nextBox(file);
    if (type !== META && type !== MOOV || found.has(type)) continue;
    if (type === META && content.remaining > MAX_META_BYTES) {
      throw file.corrupt(
        `its metadata must have at most ${MAX_META_BYTES} bytes`,
        content.remaining,
      );
    }
    found.set(type, content);
    if (type === META) hasPrimary = hasPrimaryItem(content);
  }
  return { meta: found.get(META), moov: found.get(MOOV), hasPrimary };
}
