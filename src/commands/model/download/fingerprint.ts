import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** What is known of a file before one has it. */
export interface Expectations {
  /** Its size. */
  readonly bytes?: number;
  /** Its SHA-256, in hexadecimal digits. */
  readonly sha256?: string;
  /** Its MD5, for files of which nobody has published anything better. */
  readonly md5?: string;
}

/** What a file turned out to be. */
export type Fingerprint = Required<Expectations>;

/** Reads a file through and tells what it is. */
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

/** What is wrong with a file, as the end of a sentence that says "as"; undefined if nothing is. */
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

/** Whether a hash is known, so that a file can be told from another of its size. */
export function hasHash({ sha256, md5 }: Expectations): boolean {
  return sha256 !== undefined || md5 !== undefined;
}
