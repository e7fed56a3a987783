import { readStream } from "../../embed/read_stream.ts";
import { DEFAULT_IMAGE_LIMITS } from "../../image/limits.ts";

/** Maximum milliseconds for downloading an image. */
const TIMEOUT_MS = 60_000;

/**
 * Downloads an image by the URL that the user gave. Every host is allowed, even the user's own
 * machine, because the user could also open the URL in a browser.
 *
 * @throws {Error} If the image cannot be downloaded. The message tells the user why.
 */
export async function fetchImage(url: string): Promise<Uint8Array<ArrayBuffer>> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const response = await fetch(url, { signal });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`the answer is ${response.status}`);
    }
    if (response.body === null) return new Uint8Array();
    const { maxBytes } = DEFAULT_IMAGE_LIMITS;
    const tooLong = () => new Error(`it must have at most ${maxBytes} bytes: it has more`);
    return await readStream(response.body, { maxBytes, tooLong, signal });
  } catch (error) {
    const why = signal.aborted
      ? `all of it must come within ${TIMEOUT_MS / 1000} s`
      : error instanceof TypeError
      ? `the server cannot be reached (${causeOf(error)})`
      : (error as Error).message;
    throw new Error(`Cannot fetch ${url} as ${why}`, { cause: error });
  }
}

/**
 * Returns the reason of a failed fetch. In Node, the reason is the cause of an error with the
 * message "fetch failed".
 */
function causeOf({ message, cause }: Error): string {
  return cause instanceof Error ? cause.message || message : message;
}
