import { DomainError } from "../../src/core/domain_error.ts";
import { InPlaceBytes } from "../http/in_place_bytes.ts";
import { shorten } from "../http/problem.ts";
import { noImage } from "./faults.ts";
import { ImageTextDecoder } from "./image_text.ts";
import { MAX_FIELD_BYTES, textFields } from "./text_fields.ts";

/** Field of a form. */
export interface FormField {
  /** Name of the field. */
  readonly name: string;
  /**
   * Value of the field: UTF-8 text, or the bytes of a file. The array is a view of the request
   * body.
   */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** True if the field is a file. */
  readonly isFile: boolean;
}

/** Image and text fields of a form. */
export interface FormUpload {
  /** Bytes of the image file. */
  readonly bytes: Uint8Array;
  /** Texts of the fields other than `image`, by field name. */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Minimum characters of an image in base64. Shorter texts cannot be images: the smallest image
 * files have about 26 bytes.
 */
const MIN_BASE64 = 32;

/**
 * Reads the image of a form from its field `image`: a file, base64 text or a data URL.
 *
 * Saves memory with base64: the decoded image overwrites the base64 text in the request body.
 *
 * Ignores empty fields, because a browser also sends the input fields that its user left empty.
 *
 * @throws {DomainError} `no-image`, `wrong-field`, `malformed-request` or `invalid-option`.
 */
export function formUpload(form: readonly FormField[]): FormUpload {
  if (form.length === 0) throw noImage("the form is empty");
  const given = form.filter(({ bytes }) => bytes.length > 0);
  const [image, ...more] = given.filter(({ name }) => name === "image");
  if (image === undefined) throw missingImage(form);
  if (more.length > 0) {
    throw new DomainError(
      "wrong-field",
      `Cannot read image as there must be one field "image": there are ${more.length + 1}`,
    );
  }
  return {
    bytes: image.isFile ? image.bytes : decodeImageField(image.bytes),
    fields: textFields(otherFields(given)),
  };
}

function missingImage(form: readonly FormField[]): DomainError {
  const names = [...new Set(form.map(({ name }) => name))];
  if (names.includes("image")) return noImage('the field "image" is empty');
  const found = names.slice(0, 8).map((name) => `"${shorten(name)}"`).join(", ");
  return new DomainError(
    "wrong-field",
    `Cannot read image as it must come in the field "image": the form has ${found}. ` +
      "With curl: -F image=@photo.jpg",
  );
}

function decodeImageField(text: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const decoder = new ImageTextDecoder(new InPlaceBytes(text));
  decoder.write(text);
  try {
    const bytes = decoder.end();
    if (decoder.isDataUrl || text.length >= MIN_BASE64) return bytes;
  } catch (error) {
    const isOtherText = error instanceof DomainError && error.code === "malformed-request";
    if (decoder.isDataUrl || !isOtherText) throw error;
  }
  throw new DomainError(
    "wrong-field",
    'Cannot read image as the field "image" must be a file, base64 or a data URL: it is another ' +
      'text. With curl: -F image=@photo.jpg. In HTML: <form enctype="multipart/form-data">',
  );
}

/** Returns the values of each field except `image`, by field name: texts, or bytes of files. */
function otherFields(form: readonly FormField[]): Record<string, (string | Uint8Array)[]> {
  const fields = new Map<string, (string | Uint8Array)[]>();
  for (const { name, bytes, isFile } of form) {
    if (name === "image") continue;
    const value = isFile ? bytes : new TextDecoder().decode(bytes.subarray(0, MAX_FIELD_BYTES));
    fields.set(name, [...fields.get(name) ?? [], value]);
  }
  return Object.fromEntries(fields);
}
