import { DomainError, type ErrorCode } from "../../core/domain_error.ts";
import { DNL, EOI, jpegSegments, SOS, uint16At } from "./jpeg_markers.ts";

/** Component (colour plane) of a JPEG. */
export interface JpegComponent {
  /** Id by which scans name the component; not always unique. */
  readonly id: number;
  /** Blocks of 8x8 samples that a scan of this component alone visits. */
  readonly blocks: number;
  /** Blocks up to whole MCUs, which a scan of several components visits and a decoder stores. */
  readonly paddedBlocks: number;
}

/** Part of a JPEG header that scans refer to. */
export interface JpegFrame {
  /** Components of the frame, in the order of the file. */
  readonly components: readonly JpegComponent[];
}

/**
 * Maximum scans of an image. A scan costs a few microseconds however small the image is.
 *
 * Progressive images that libjpeg writes have 10 scans. Browsers stop after 100 scans, the fuzz
 * tests of libjpeg-turbo after 500.
 */
const MAX_SCANS = 500;

/**
 * Maximum blocks that all scans of an image visit.
 *
 * A scan visits each block of its components, even if the file has one bit for thousands of them: a
 * file of 7 KB kept a decoder busy for 7 seconds. The ten scans that libjpeg writes visit each
 * block of luma 6 times and each block of chroma 4 times. An image of 64 megapixels then has 14
 * million visits without subsampling, or 18 million as RGB. An image of 48 megapixels has 11
 * million.
 */
export const MAX_VISITED_BLOCKS = 20_000_000;

/**
 * Refuses a JPEG whose scans would take too long to decode.
 *
 * @param bytes The file.
 * @param header Its header.
 * @throws {DomainError} `corrupt-image`, if it has more than 500 scans or they visit more than 20
 *   million blocks in sum.
 *
 * @example
 * ```ts
 * import { checkScans } from "./jpeg_scans.ts";
 *
 * const components = [{ id: 1, blocks: 10_000_000, paddedBlocks: 10_000_000 }];
 * const scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0];
 * let isRefused = false;
 * try {
 *   checkScans(Uint8Array.of(0xff, 0xd8, ...scan, ...scan, ...scan), { components });
 * } catch {
 *   isRefused = true;
 * }
 * if (!isRefused) throw new Error("3 scans of 10 million blocks are too many");
 * ```
 */
export function checkScans(bytes: Uint8Array, header: JpegFrame): void {
  let scans = 0;
  let visited = 0;
  for (const { marker, start } of jpegSegments(bytes)) {
    if (marker !== SOS) continue;
    if (++scans > MAX_SCANS) {
      throw tooSlow(`it must have at most ${MAX_SCANS} scans: it has more`);
    }
    visited += visitedBlocks(bytes.subarray(start), header);
    if (visited > MAX_VISITED_BLOCKS) {
      throw tooSlow(
        `its scans must visit at most ${MAX_VISITED_BLOCKS} blocks of 8x8 samples: ` +
          `${scans} scans visit ${visited}`,
      );
    }
  }
}

/**
 * Returns the blocks that a scan visits, or more (T.81, A.2).
 *
 * @param scan Bytes behind the marker: length, number of components, id and tables of each.
 */
function visitedBlocks(
  [, , count, firstId]: Uint8Array,
  { components }: JpegFrame,
): number {
  if (count !== 1) return components.reduce((sum, { paddedBlocks }) => sum + paddedBlocks, 0);
  const named = components.filter(({ id }) => id === firstId);
  return Math.max(0, ...named.map(({ blocks }) => blocks));
}

/**
 * Returns the height that a DNL segment behind the first scan gives (T.81, B.2.5).
 *
 * @param bytes The file.
 * @throws {DomainError} `truncated-image`, if the file ends before a DNL segment; `corrupt-image`,
 *   if it has none or one with height 0.
 */
export function heightAfterScan(bytes: Uint8Array): number {
  for (const { marker, start } of jpegSegments(bytes)) {
    if (marker === EOI) throw noHeight("corrupt-image", "no DNL segment gives another");
    if (marker !== DNL) continue;
    const height = uint16At(bytes, start + 2);
    if (height === 0) throw noHeight("corrupt-image", "so does its DNL segment");
    if (height !== undefined) return height;
  }
  throw noHeight("truncated-image", "the file ends before a DNL segment");
}

function noHeight(code: ErrorCode, reason: string): DomainError {
  return new DomainError(
    code,
    `Cannot decode JPEG as its height must be at least 1: its frame header says 0, and ${reason}. ` +
      "Save it again and send the new file.",
  );
}

function tooSlow(reason: string): DomainError {
  return new DomainError(
    "corrupt-image",
    `Cannot decode JPEG as ${reason}. Save it again and send the new file.`,
  );
}
