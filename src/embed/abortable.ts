/**
 * Waits for a promise, but rejects as soon as a signal is aborted. The work behind the promise goes
 * on.
 *
 * @param signal Unset: waits for the promise alone.
 * @throws The signal's reason, or the promise's own error.
 */
export async function abortable<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return await promise;
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([aborted, promise]);
  } catch (error) {
    // The work may listen to the same signal and reject first, with an error of its own.
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
