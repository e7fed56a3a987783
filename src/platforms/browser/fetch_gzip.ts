/**
 * Fetches a file that is compressed with gzip, and decompresses the file.
 *
 * Some servers send a `.gz` file with the header `Content-Encoding: gzip`. The browser has then
 * already decompressed the bytes, which no longer begin with the signature of gzip.
 *
 * @throws {Error} If the file cannot be fetched or is damaged.
 */
export async function fetchGzip(url: string): Promise<ArrayBuffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`Cannot load ${url} as the server answers ${response.status}`);
  const bytes = await response.arrayBuffer();
  const [first, second] = new Uint8Array(bytes, 0, Math.min(2, bytes.byteLength));
  if (first !== 0x1f || second !== 0x8b) return bytes;
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await new Response(plain).arrayBuffer();
}
