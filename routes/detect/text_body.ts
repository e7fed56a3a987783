import { DomainError } from "../../src/core/domain_error.ts";

/**
 * Number of bytes at the start of a body that are compared with the patterns of {@linkcode TEXTS}.
 */
const MAX_START = 256;

/**
 * Minimum bytes of a body that is checked for removed line breaks and NUL bytes. A shorter intact
 * body may contain neither line breaks nor NUL bytes.
 */
const MIN_STRIPPED = 1000;

/** Number of bytes that `isBinary()` decodes in one step, to save memory. */
const STEP = 64 * 1024;

/**
 * Patterns of bodies that are text and not an image file. Each entry has a pattern for the start of
 * the text, the name of the text format, and advice for the error message. No image file matches a
 * pattern.
 */
const TEXTS: readonly (readonly [start: RegExp, name: string, remedy: string])[] = [
  [/^\{/, "JSON", "Send it with the header Content-Type: application/json"],
  [/^data:/i, "a data URL", 'Send it as JSON: {"image": "data:…"}'],
  [/^(?:\/9j\/|iVBORw0KGgo|R0lGOD|UklGR)/, "base64", 'Send it as JSON: {"image": "BASE64"}'],
  [
    /^--\S+\r?\ncontent-/i,
    "a form",
    "Send it with the header Content-Type: multipart/form-data; boundary=…",
  ],
];

/**
 * Refuses a body that is JSON, base64 or a form, although its `Content-Type` declares another type
 * or none.
 *
 * @throws {DomainError} `not-an-image`. The message names the header that the client must set.
 */
export function refuseText(body: Uint8Array): void {
  const start = new TextDecoder().decode(body.subarray(0, MAX_START)).trimStart();
  const known = TEXTS.find(([pattern]) => pattern.test(start));
  if (known === undefined) return;
  const [, name, remedy] = known;
  throw new DomainError("not-an-image", `Cannot read image as the body is ${name}. ${remedy}`);
}

/**
 * Refuses an image file that `curl -d` has damaged by removing all line breaks and NUL bytes.
 *
 * Intact image files of all formats contain NUL bytes. Even among files of 1000 random bytes, only
 * one in 100,000 has neither a line break nor a NUL byte.
 *
 * @param isDeclared True if the `Content-Type` is the one that `curl -d` sends. If false, short
 *   bodies are not checked.
 * @throws {DomainError} `malformed-request`. The message names the right option of curl.
 */
export function refuseStripped(body: Uint8Array, isDeclared: boolean): void {
  if (!isDeclared && body.length < MIN_STRIPPED) return;
  if ([0x00, 0x0a, 0x0d].some((byte) => body.includes(byte))) return;
  throw new DomainError(
    "malformed-request",
    "Cannot read image as its line breaks and NUL bytes are missing: curl -d removes them. " +
      "Send it with --data-binary @photo.jpg instead of -d",
  );
}

/** Returns true if the bytes are not a text: they contain a NUL byte or are not UTF-8. */
export function isBinary(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return true;
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    // Decodes small steps, because the text of a large body would take as much memory again.
    for (let at = 0; at < bytes.length; at += STEP) {
      decoder.decode(bytes.subarray(at, at + STEP), { stream: true });
    }
    decoder.decode();
    return false;
  } catch {
    return true;
  }
}
