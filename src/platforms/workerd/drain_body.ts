/** Maximum bytes that are read of a body after the response is known: more than Cloudflare takes. */
const MAX_BYTES = 100_000_000;
/** Milliseconds until reading them times out. */
const TIMEOUT_MS = 5000;

/**
 * Answers a request, and reads the rest of its body before the response is sent.
 *
 * workerd closes the connection of a request whose body was not read. Most clients send the whole
 * body first: they would see a broken pipe, and not why the upload was refused.
 *
 * @param answer Creates the response. It may cancel the body.
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
    // The client is gone.
  } finally {
    clearTimeout(timer);
  }
}
