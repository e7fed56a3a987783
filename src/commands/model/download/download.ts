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
 * Downloads a file, from where an earlier try ended if the server goes on from there.
 *
 * 1. What is missing comes into `TARGET.part`, over as many requests as it takes.
 * 2. The part is held against what is expected. If it is put together of several answers and does
 *    not fit, it is fetched once more in one go.
 * 3. The part is renamed: there is never half a file under the target's name.
 *
 * @throws {Error} With a message for a person. What came stays in the part, unless it is wrong.
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
          `Cannot keep ${basename(target)} as ${fault}. What came from ${url} was deleted`,
        );
      }
      options.onRetry?.(`what was put together of several answers is wrong: ${fault}`);
    }
  } finally {
    await part.close();
  }
}
