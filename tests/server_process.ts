// Imports nothing, because run_image.ts runs where no import map is.

/** Returns the first line of a stream, which stays open. */
export async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  for await (const chunk of stream.values({ preventCancel: true })) {
    text += new TextDecoder().decode(chunk);
    if (text.includes("\n")) break;
  }
  return text.split("\n", 1)[0]!;
}

/**
 * Ends a server with SIGTERM while it detects in two images.
 *
 * @param detect Posts an image.
 * @returns The statuses of the two responses.
 */
export async function drain(
  server: Deno.ChildProcess,
  url: string,
  detect: () => Promise<Response>,
): Promise<number[]> {
  const pending = [detect(), detect()];
  // The server had accepted both when it answers a request that was sent after them.
  await (await fetch(`${url}/healthz`)).body?.cancel();
  server.kill("SIGTERM");
  return await Promise.all(pending.map(async (answer) => {
    const response = await answer;
    await response.arrayBuffer();
    return response.status;
  }));
}
