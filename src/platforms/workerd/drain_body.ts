/**
 * Maximum bytes of a request body to read after the response is ready. Most plans of Cloudflare
 * refuse larger bodies anyway.
 */
const MAX_BYTES = 100_000_000;
/** Maximum milliseconds to read the rest of a request body after the response is ready. */
const TIMEOUT_MS = 5000;

/**
 * Creates the response to a request, then reads and discards the rest of the request body, and
 * returns the response.
 *
 * The body must be read even if the upload is refused early. The runtime of Cloudflare Workers,
 * workerd, closes a connection if a request body was not read to its end. Most clients send the
 * whole body before they read the response. These clients would report a broken connection instead
 * of the reason for the refusal.
 *
 * @param answer Creates the response. This function may read a part of the body, or cancel the
 *   body.
 */
export async function answerThenDrain(
  request: Request,
  answer: (request: Request) => Promise<Response>,
): Promise<Response> {
  if (request.body === null) return await answer(request);
  const reader = request.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  }, { highWaterMark: 0 });
  const response = await answer(new Request(request, { body }));
  await drain(reader);
  return response;
}

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  const timer = setTimeout(() => void reader.cancel().catch(() => {}), TIMEOUT_MS);
  try {
    for (let size = 0; size <= MAX_BYTES;) {
      const { done, value } = await reader.read();
      if (done) return;
      size += value.length;
    }
    await reader.cancel();
  } catch {
    // The client has closed the connection, so no body is left to read.
  } finally {
    clearTimeout(timer);
  }
}
