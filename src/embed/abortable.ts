/**
 * Waits for a promise, but rejects as soon as a signal is aborted. The abort does not stop the work
 * that settles the promise.
 *
 * @param signal Signal that ends the wait. Unset: the wait ends only with the promise.
 * @throws `signal.reason` if the signal is aborted, otherwise the error of the promise.
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
    // If the work listens to the same signal, `promise` can reject first, with an error of its own.
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
