/** Creates a BMP of 14 MB. */
export function largeImage(): Uint8Array<ArrayBuffer> {
  const [width, height, head] = [2400, 2000, 54];
  const bytes = new Uint8Array(head + 3 * width * height);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode("BM"));
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, head, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true);
  return bytes;
}
