import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** Expected size and hashes of a file. Fields that are unset are not compared. */
export interface Expectations {
  /** Size in bytes. */
  readonly bytes?: number | undefined;
  /** SHA-256, hexadecimal. */
  readonly sha256?: string | undefined;
  /** MD5, hexadecimal. Used if the publisher of the file states no SHA-256. */
  readonly md5?: string | undefined;
}

/** Size and hashes of a file. */
export interface Fingerprint {
  /** Size in bytes. */
  readonly bytes: number;
  /** SHA-256, hexadecimal. */
  readonly sha256: string;
  /** MD5, hexadecimal. */
  readonly md5: string;
}

/** Reads a file and computes its size and hashes. */
export async function fingerprint(path: string): Promise<Fingerprint> {
  const sha256 = createHash("sha256");
  const md5 = createHash("md5");
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    sha256.update(chunk as Uint8Array);
    md5.update(chunk as Uint8Array);
    bytes += (chunk as Uint8Array).length;
  }
  return { bytes, sha256: sha256.digest("hex"), md5: md5.digest("hex") };
}

/**
 * Compares the fingerprint of a file with the expected one.
 *
 * @returns The difference, as the end of an error message that starts with "Cannot … as". Undefined
 *   if all known values match.
 */
export function fingerprintFault(found: Fingerprint, expected: Expectations): string | undefined {
  if (expected.bytes !== undefined && found.bytes !== expected.bytes) {
    return `it has ${found.bytes} bytes where ${expected.bytes} were expected`;
  }
  if (expected.sha256 !== undefined && found.sha256 !== expected.sha256) {
    return `its SHA-256 is ${found.sha256} where ${expected.sha256} was expected`;
  }
  if (expected.md5 !== undefined && found.md5 !== expected.md5) {
    return `its MD5 is ${found.md5} where ${expected.md5} was expected`;
  }
  return undefined;
}

/** Returns true if the SHA-256 or the MD5 is known. The size alone does not identify a file. */
export function hasHash({ sha256, md5 }: Expectations): boolean {
  return sha256 !== undefined || md5 !== undefined;
}
