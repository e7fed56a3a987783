import { DomainError } from "../../src/core/domain_error.ts";

/** Number of bytes that are searched for the start of a text. */
const MAX_START = 256;

/** Minimum bytes without a single line break or NUL that are no coincidence. */
const MIN_STRIPPED = 1000;

/** Texts that clients send with the wrong `Content-Type`, and the remedy. No image begins so. */
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
 * @throws {DomainError} `not-an-image`, with the header that the body needs.
 */
export function refuseText(body: Uint8Array): void {
  const start = new TextDecoder().decode(body.subarray(0, MAX_START)).trimStart();
  const known = TEXTS.find(([pattern]) => pattern.test(start));
  if (known === undefined) return;
  const [, name, remedy] = known;
  throw new DomainError("not-an-image", `Cannot read image as the body is ${name}. ${remedy}`);
}

/**
 * Refuses a file that `curl -d` has damaged: it removes all line breaks and NULs.
 *
 * Files of all image formats have NULs. One random file in 100,000 of 1000 bytes has neither.
 *
 * @param isDeclared True if the body has the type that `curl -d` declares, however short it is.
 * @throws {DomainError} `malformed-request`, with the right option.
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

/** Returns true for bytes that are not UTF-8 or have a NUL, as files of all image formats do. */
export function isBinary(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return true;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return false;
  } catch {
    return true;
  }
}
