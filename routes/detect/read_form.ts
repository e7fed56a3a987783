import { DomainError } from "../../src/core/domain_error.ts";
import { noImage } from "./no_image.ts";
import { occursMore } from "./occurs_more.ts";
import { shorten } from "../http/shorten.ts";
import { textFields } from "./text_fields.ts";

/** A form's image and its text fields. */
export interface FormUpload {
  /** The encoded image. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Every other field. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Parts that a form may have: the image, every option, and room for those that come. */
const MAX_PARTS = 64;

/** Bytes after the last boundary; there are none but a line break in what browsers and curl send. */
const MAX_EPILOGUE = 1000;

/**
 * The image of a multipart form, which is the file in its field `image`.
 *
 * @throws {DomainError} `no-image`, `wrong-field`, `malformed-request` or `invalid-option`.
 */
export async function readForm(
  body: Uint8Array<ArrayBuffer>,
  contentType: string,
): Promise<FormUpload> {
  const form = await parse(body, contentType);
  const image = form.get("image");
  if (image === null) throw imageElsewhere(form);
  if (typeof image === "string") {
    throw new DomainError(
      "wrong-field",
      'Cannot read image as the field "image" must be a file: it is text. With curl: -F image=@photo.jpg',
    );
  }
  const images = form.getAll("image").length;
  if (images > 1) {
    throw new DomainError(
      "wrong-field",
      `Cannot read image as there must be one field "image": there are ${images}`,
    );
  }
  form.delete("image");
  const fields = Object.fromEntries([...form.keys()].map((name) => [name, form.getAll(name)]));
  return { bytes: new Uint8Array(await image.arrayBuffer()), fields: textFields(fields) };
}

async function parse(body: Uint8Array<ArrayBuffer>, contentType: string): Promise<FormData> {
  const boundary = contentType.match(/;\s*boundary=(?:"([^"]{1,200})"|([^\s;"]{1,200}))/i);
  const delimiter = boundary?.[1] ?? boundary?.[2];
  if (delimiter === undefined) throw broken();
  // Some runtimes read what there is of a form that breaks off.
  const end = body.subarray(-(delimiter.length + MAX_EPILOGUE));
  if (!occursMore(end, new TextEncoder().encode(`--${delimiter}--`), 0)) throw broken();
  // Parsing 100,000 parts would take a minute.
  if (occursMore(body, new TextEncoder().encode(`--${delimiter}`), MAX_PARTS + 1)) {
    throw new DomainError(
      "malformed-request",
      `Cannot read the form as it must have at most ${MAX_PARTS} parts`,
    );
  }
  // The header is made anew, so that the parser sees the boundary that was counted.
  const headers = { "content-type": `multipart/form-data; boundary="${delimiter}"` };
  try {
    return await new Response(body, { headers }).formData();
  } catch {
    throw broken();
  }
}

function broken(): DomainError {
  return new DomainError(
    "malformed-request",
    "Cannot read the form as its multipart body is broken",
  );
}

function imageElsewhere(form: FormData): DomainError {
  const names = [...new Set(form.keys())];
  if (names.length === 0) return noImage("the form is empty");
  const found = names.slice(0, 8).map((name) => `"${shorten(name)}"`).join(", ");
  return new DomainError(
    "wrong-field",
    `Cannot read image as it must come in the field "image": the form has ${found}`,
  );
}
