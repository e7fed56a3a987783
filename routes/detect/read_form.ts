import { type FormPart, formParts } from "./form_parts.ts";
import { type FormUpload, formUpload } from "./form_upload.ts";
import { isBinary } from "./text_body.ts";

/**
 * Reads a multipart form with the image in the field `image`.
 *
 * @param body Whole body. The caller has limited its length. If the image is base64, the decoded
 *   bytes overwrite the base64 text.
 * @param contentType Value of `Content-Type`.
 * @throws {DomainError} `no-image`, `wrong-field`, `malformed-request` or `invalid-option`.
 */
export function readForm(body: Uint8Array<ArrayBuffer>, contentType: string): FormUpload {
  return formUploadOf(formParts(body, contentType));
}

/** Reads the image of a form from its parts. Throws the errors of {@linkcode readForm}. */
export function formUploadOf(parts: readonly FormPart[]): FormUpload {
  return formUpload(
    parts.map((part) => ({ name: part.name, bytes: part.bytes, isFile: isFile(part) })),
  );
}

/**
 * Returns true if a part of a form is a file and not a text.
 *
 * A part with a file name is a file. Some clients omit the file name. Therefore the part `image` is
 * also a file if its media type is an image type or its bytes are not text.
 *
 * Old clients send the image in base64 and declare this encoding (RFC 7578, section 4.7). An image
 * in base64 is a text, not a file.
 */
export function isFile({ name, hasFileName, mediaType, isBase64, bytes }: FormPart): boolean {
  if (name === "image" && isBase64) return isBinary(bytes);
  if (hasFileName || name !== "image") return hasFileName;
  return /^image\/|^application\/octet-stream$/.test(mediaType) || isBinary(bytes);
}
