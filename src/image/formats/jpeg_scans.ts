import { DomainError, type ErrorCode } from "../../core/domain_error.ts";
import { DNL, EOI, jpegSegments, SOS, uint16At } from "./jpeg_markers.ts";

/** Component (colour plane) of a JPEG. */
export interface JpegComponent {
  /**
   * Id by which scans (passes over the image) refer to the component. Several components can have
   * the same id.
   */
  readonly id: number;
  /** Number of blocks (8x8 samples) that a scan visits if it contains only this component. */
  readonly blocks: number;
  /**
   * Number of blocks after padding to whole MCUs (minimum coded units). A scan of several
   * components visits all padded blocks, and a decoder stores all padded blocks.
   */
  readonly paddedBlocks: number;
}

/** Fields of a JPEG header that are needed to check the scans. */
export interface JpegFrame {
  /** Components (colour planes) of the frame, in the order of the file. */
  readonly components: readonly JpegComponent[];
}

/**
 * Maximum number of scans (passes over the image) in a JPEG. The limit bounds the decoding time,
 * because each scan costs time even if the image is tiny.
 *
 * Progressive images from libjpeg have 10 scans. Browsers stop after 100 scans, and the fuzz tests
 * of libjpeg-turbo stop after 500.
 */
const MAX_SCANS = 500;

/**
 * Maximum number of blocks (8x8 samples) that all scans of an image visit in total.
 *
 * A decoder visits each block of a scan, even if the file has only one bit for thousands of blocks.
 * A file of 7 KB kept a decoder busy for 7 seconds.
 *
 * Real images need fewer visits. The scans of a progressive JPEG from libjpeg visit 14 million
 * blocks for 64 megapixels, or 18 million if the JPEG stores RGB. For 48 megapixels, the scans
 * visit 11 million blocks.
 */
export const MAX_VISITED_BLOCKS = 20_000_000;

/**
 * Refuses a JPEG whose scans (passes over the image) would take too long to decode.
 *
 * @param bytes Whole file.
 * @param header Header of the file.
 * @throws {DomainError} `corrupt-image`, if the file has more than 500 scans, or if its scans visit
 *   more than 20 million blocks in total.
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
 * Returns an upper bound for the number of blocks that a scan visits (ITU-T T.81, A.2).
 *
 * @param scan Bytes after the marker of the scan: length, number of components, then id and tables
 *   of each component.
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
 * Reads the height of a JPEG from the DNL (define number of lines) segment after the first scan
 * (ITU-T T.81, B.2.5).
 *
 * @param bytes Whole file.
 * @throws {DomainError} `truncated-image`, if the file ends before a DNL segment; `corrupt-image`,
 *   if the file has no DNL segment, or a DNL segment with the height 0.
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
