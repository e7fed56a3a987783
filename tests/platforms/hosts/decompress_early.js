// Stops 100 decompressions at different bytes. Argument: URL of content_coding.js.
import { randomBytes } from "node:crypto";
import process from "node:process";
import { gzipSync } from "node:zlib";

const { decompress } = await import(process.argv[2]);
const block = randomBytes(1000);
const body = gzipSync(Buffer.concat(Array.from({ length: 2000 }, () => block)));

async function* sent() {
  for (let at = 0; at < body.length; at += 1000) yield body.subarray(at, at + 1000);
}

async function stopAt(bytes) {
  let read = 0;
  for await (const chunk of decompress(sent(), "gzip")) {
    read += chunk.length;
    if (read > bytes) return;
  }
}

for (let round = 0; round < 5; round++) {
  await Promise.all(Array.from({ length: 20 }, (_, i) => stopAt(i * 100_000)));
}
console.log("alive");
