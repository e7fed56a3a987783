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
 * 1. Download the missing bytes into `TARGET.part`, with as many requests as it takes.
 * 2. Compare the part with the expected size and hashes. If it is wrong and assembled from several
 *    responses, download it once more with one request.
 * 3. Rename the part, so that there is never half a file under the target's name.
 *
 * @param target Path of the file.
 * @param expected Size and hashes, as far as they are known.
 * @throws {Error} With a message for people. The part is kept for the next call, unless it is wrong.
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
