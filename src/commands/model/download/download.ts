import { basename } from "node:path";
import { fetchPart, type FetchPartOptions } from "./fetch_part.ts";
import {
  type Expectations,
  type Fingerprint,
  fingerprint,
  fingerprintFault,
} from "./fingerprint.ts";
import { PartFile } from "./part_file.ts";

/**
 * Downloads a file. Resumes an earlier download if the server supports it.
 *
 * 1. Download the missing bytes into the file `TARGET.part`. Send further requests until all bytes
 *    are there.
 * 2. Compare `TARGET.part` with the expected size and hashes. If the file is wrong and was joined
 * from several responses, download all bytes again with one request.
 * 3. Rename the complete file to the target. Thus the target is never an incomplete file.
 *
 * @param target Path of the file.
 * @param expected Size and hashes of the file, if they are known.
 * @throws {Error} If the download fails. The downloaded bytes are kept for the next call, unless
 *   their hash is wrong.
 */
export async function download(
  url: string,
  target: string,
  expected: Expectations = {},
  options: FetchPartOptions = {},
): Promise<Fingerprint> {
  const part = await PartFile.open(target);
  try {
    for (let last = false;; last = true) {
      const { pieced } = await fetchPart(url, part, expected, options);
      const found = await fingerprint(part.path);
      const fault = fingerprintFault(found, expected);
      if (fault === undefined) {
        await part.keep();
        return found;
      }
      await part.restart({ url });
      if (last || !pieced) {
        throw new Error(
          `Cannot keep ${basename(target)} as ${fault}. The download from ${url} was deleted`,
        );
      }
      options.onRetry?.(`the file from several responses is wrong: ${fault}`);
    }
  } finally {
    await part.close();
  }
}
