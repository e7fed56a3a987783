import { tooManyBytes } from "../../src/core/domain_error.ts";
import type { BatchImage } from "./batch_image.ts";
import type { FormPart } from "./form_parts.ts";
import { formUpload } from "./form_upload.ts";
import { isFile } from "./read_form.ts";
import { textFields } from "./text_fields.ts";

/** Maximum number of text fields beside the images of a form. */
export const MAX_FIELDS = 32;

/** Images of a form, and the texts of its other fields. */
export interface FormImages {
  /** Images in the order of the form. Empty fields are left out. */
  readonly images: readonly BatchImage[];
  /** Texts of the fields other than `image`, by field name. */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Reads the images of a form from its fields `image`: files, base64 texts or data URLs.
 *
 * @param maxBytes Maximum bytes of each image. The `read()` of a larger image rejects.
 * @throws {DomainError} `invalid-option` if another field is not one text.
 */
export function formImages(parts: readonly FormPart[], maxBytes: number): FormImages {
  const given = parts.filter(({ bytes }) => bytes.length > 0);
  const images = given.filter(({ name }) => name === "image").map((part): BatchImage => ({
    ...part.fileName !== "" && { name: part.fileName.slice(0, 255) },
    // deno-lint-ignore require-await -- an error must reject
    read: async () => {
      const field = { name: part.name, bytes: part.bytes, isFile: isFile(part) };
      const { bytes } = formUpload([field]);
      if (bytes.length > maxBytes) throw tooManyBytes(maxBytes, bytes.length);
      return bytes;
    },
  }));
  const others = Map.groupBy(given.filter(({ name }) => name !== "image"), ({ name }) => name);
  const fields = textFields(Object.fromEntries(
    [...others].map(([name, group]) => [
      name,
      group.map((part) => part.hasFileName ? part.bytes : new TextDecoder().decode(part.bytes)),
    ]),
  ));
  return { images, fields };
}
