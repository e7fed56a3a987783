import { assert, assertEquals } from "@std/assert";
import { ImageTextDecoder } from "../../../routes/detect/image_text.ts";
import { GrowingBytes } from "../../../routes/http/growing_bytes.ts";
import { DomainError } from "../../../src/core/domain_error.ts";
import { seededRandom } from "../../random.ts";
import { decodeImageText } from "./decode_image_text.ts";

/** Decodes, or returns the message of the error. */
function outcome(decode: () => Uint8Array): number[] | string {
  try {
    return [...decode()];
  } catch (error) {
    if (error instanceof DomainError) return error.message;
    throw error;
  }
}

function streamed(text: string, random: () => number): number[] | string {
  const bytes = new TextEncoder().encode(text);
  let counted = 0;
  const decoder = new ImageTextDecoder(
    new GrowingBytes(100, (more) => void (counted += more)),
  );
  decoder.start();
  decoder.write(new TextEncoder().encode("data:dropped")); // another text takes its place
  decoder.start();
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + Math.floor(random() * (random() < 0.5 ? 2 : 20));
    decoder.write(bytes.slice(at, end));
    at = end;
  }
  assertEquals(decoder.isEmpty, text === "");
  const result = outcome(() => decoder.end());
  if (typeof result !== "string") assert(counted >= result.length);
  return result;
}

const PIECES = [
  ...["QUJD", "QUI=", "QQ==", "QQ", "QUI", "Q", "=", "==", "+/", "-_", " ", "\n", "\t", "\f", "\v"],
  ...[
    "\u00a0",
    "\ufeff",
    "\u2028",
    "é",
    "😀",
    "data:",
    "DATA:",
    ";base64",
    ";base64,",
    ",",
    ",",
    "#",
  ],
  ...["%", "%4", "%41", "%2B", "%2f", "%3D", "%C3%A9", "%0b", "image/png", "data:;base64,", "abc"],
];

/** Decodes with the means of the platform. Undefined: the text is not valid. */
async function expected(text: string): Promise<number[] | undefined> {
  try {
    if (!/^\s*data:/i.test(text)) return [...Uint8Array.fromBase64(text.trim())];
    return [...await (await fetch(text.trim())).bytes()];
  } catch {
    return undefined;
  }
}

/**
 * Data URLs at which `fetch()` of Deno differs: it only ignores ASCII white space around a URL, and
 * it repeats the bytes before a percent sign that begins no escape.
 */
const FETCH_DIFFERS = /[\u00a0\ufeff\u2028\v]|%(?![\da-f]{2})/i;

Deno.test("ImageTextDecoder decodes 30,000 random texts, whole and in pieces, as the platform does", async () => {
  const random = seededRandom(7);
  let decoded = 0;
  for (let i = 0; i < 30_000; i++) {
    const start = random() < 0.3 ? "data:image/png;base64," : random() < 0.2 ? "data:," : "";
    const pieces = Array.from(
      { length: Math.floor(random() * 8) },
      () => PIECES[Math.floor(random() * PIECES.length)]!,
    );
    const text = start + pieces.join("");
    const found = outcome(() => decodeImageText(text));
    assertEquals(streamed(text, random), found, JSON.stringify(text));
    if (i % 3 > 0) continue; // fetch() takes most of the time
    if (/^\s*data:/i.test(text) && FETCH_DIFFERS.test(text)) continue;
    const bytes = typeof found === "string" ? undefined : found;
    assertEquals(bytes, await expected(text), JSON.stringify(text));
    if (bytes !== undefined) decoded++;
  }
  assert(decoded > 2000, `${decoded} decoded`);
});

Deno.test("ImageTextDecoder has one rule for white space around a data URL", () => {
  for (const white of ["\u00a0", "\ufeff", "\u2028", "\v", " \n"]) {
    const isAscii = white.charCodeAt(0) < 0x80;
    for (
      const [text, bytes] of [
        [`${white}data:,A`, [0x41]],
        [`data:;base64,QQ==${white}`, [0x41]],
        // All bytes after the comma are the image. Only ASCII at their end is ignored.
        [`data:,A${white}`, isAscii ? [0x41] : [0x41, ...new TextEncoder().encode(white)]],
        [`data:,A${encodeURIComponent(white)}`, [0x41, ...new TextEncoder().encode(white)]],
      ] as const
    ) {
      assertEquals(outcome(() => decodeImageText(text)), [...bytes], JSON.stringify(text));
      assertEquals(streamed(text, seededRandom(1)), [...bytes], JSON.stringify(text));
    }
  }
});
