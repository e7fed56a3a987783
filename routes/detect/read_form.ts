import { DomainError } from "../../src/core/domain_error.ts";
import { shorten } from "../http/problem.ts";
import { noImage } from "./faults.ts";
import { type FormPart, formParts } from "./form_parts.ts";
import { textFields } from "./text_fields.ts";

/** Image and text fields of a form. */
export interface FormUpload {
  /** Encoded image. */
  readonly bytes: Uint8Array;
  /** Text of every other field. */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Reads a multipart form with the image in the field `image`.
 *
 * @throws {DomainError} `no-image`, `wrong-field`, `malformed-request` or `invalid-option`.
 */
export function readForm(body: Uint8Array, contentType: string): FormUpload {
  const parts = formParts(body, contentType);
  const images = parts.filter(({ name }) => name === "image");
  const [image] = images;
  if (image === undefined) throw imageElsewhere(parts);
  if (!isImage(image)) {
    throw new DomainError(
      "wrong-field",
      'Cannot read image as the field "image" must be a file: it is text. With curl: -F image=@photo.jpg',
    );
  }
  if (images.length > 1) {
    throw new DomainError(
      "wrong-field",
      `Cannot read image as there must be one field "image": there are ${images.length}`,
    );
  }
  return { bytes: image.bytes, fields: textFields(otherFields(parts)) };
}

/** Returns true for a file, and for a part without a file name whose type or bytes are no text. */
function isImage({ hasFileName, mediaType, bytes }: FormPart): boolean {
  return hasFileName || /^image\/|^application\/octet-stream$/.test(mediaType) || isBinary(bytes);
}

/** Returns true for bytes that are not UTF-8 or have a NUL, as files of all image formats do. */
function isBinary(bytes: Uint8Array): boolean {
  if (bytes.includes(0)) return true;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return false;
  } catch {
    return true;
  }
}

/** Returns the values of each field but the image: texts, and bytes for files. */
function otherFields(parts: readonly FormPart[]): Record<string, (string | Uint8Array)[]> {
  const fields = new Map<string, (string | Uint8Array)[]>();
  for (const { name, hasFileName, bytes } of parts) {
    if (name === "image") continue;
    const value = hasFileName ? bytes : new TextDecoder().decode(bytes);
    fields.set(name, [...fields.get(name) ?? [], value]);
  }
  return Object.fromEntries(fields);
}

function imageElsewhere(parts: readonly FormPart[]): DomainError {
  const names = [...new Set(parts.map(({ name }) => name))];
  if (names.length === 0) return noImage("the form is empty");
  const found = names.slice(0, 8).map((name) => `"${shorten(name)}"`).join(", ");
  return new DomainError(
    "wrong-field",
    `Cannot read image as it must come in the field "image": the form has ${found}`,
  );
}
