import { DomainError } from "../../core/domain_error.ts";

const SOS = 0xda;
const EOI = 0xd9;
const RST0 = 0xd0;
const SOI = 0xd8;
const TEM = 0x01;

/** Far more than the usual 10 of a progressive image. A decoder passes over all blocks per scan. */
const MAX_SCANS = 100;

/**
 * Refuses a JPEG with more scans than an image needs. A scan of 20 bytes costs as much time as a
 * pass over all pixels, so a small file could take hours.
 *
 * @param bytes The file; its first two bytes are assumed to be SOI.
 * @throws {DomainError} `corrupt-image`, if it has more than 100 scans.
 *
 * @example
 * ```ts
 * import { checkScans } from "./jpeg_scans.ts";
 *
 * const scans = Array.from({ length: 101 }, () => [0xff, 0xda, 0, 2]);
 * let isRefused = false;
 * try {
 *   checkScans(Uint8Array.from([0xff, 0xd8, ...scans.flat()]));
 * } catch {
 *   isRefused = true;
 * }
 * if (!isRefused) throw new Error("101 scans are too many");
 * ```
 */
export function checkScans(bytes: Uint8Array): void {
  let scans = 0;
  let at = 2;
  // An entropy-coded byte 255 is followed by 0, so 255 before any other byte starts a marker.
  while ((at = bytes.indexOf(0xff, at)) !== -1 && at + 1 < bytes.length) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff) at++;
    else if (marker === EOI) return;
    else if (marker <= TEM || (marker >= RST0 && marker <= SOI)) at += 2;
    else {
      // Skips the segment: its payload could look like a marker, even like EOI.
      if (marker === SOS && ++scans > MAX_SCANS) throw tooManyScans();
      at += 2 + (bytes[at + 2]! << 8 | bytes[at + 3]!);
    }
  }
}

function tooManyScans(): DomainError {
  return new DomainError(
    "corrupt-image",
    `Cannot decode JPEG as it must have at most ${MAX_SCANS} scans: it has more. ` +
      "Save it again and send the new file.",
  );
}
