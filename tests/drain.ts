/**
 * Tells a server to end while it looks at two images.
 *
 * @param detect Asks about one.
 * @returns What the two were answered with.
 */
export async function drain(
  server: Deno.ChildProcess,
  url: string,
  detect: () => Promise<Response>,
): Promise<number[]> {
  const onTheWay = [detect(), detect()];
  // Both were taken once a third request, which came later, was answered.
  await (await fetch(`${url}/healthz`)).body?.cancel();
  server.kill("SIGTERM");
  return await Promise.all(onTheWay.map(async (answer) => {
    const response = await answer;
    await response.arrayBuffer();
    return response.status;
  }));
}
