import type { HonoRequest } from "hono";
import { DomainError } from "../src/core/domain_error.ts";

/** Name of the error that Hono's body limit breaks a body off with. */
export const BODY_LIMIT_ERROR = "BodyLimitError";

/** What came in: the picture and every text field. */
export interface Upload {
  /** The encoded picture. */
  readonly bytes: Uint8Array;
  /** Query and form fields; a form field wins over the query. */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Reads the picture of a request: field `image` of a multipart form, or else the body itself.
 *
 * A body that is no form is taken as it is, whatever type it claims, since `curl --data-binary`
 * claims to send a form that it does not send; the picture's own header decides.
 *
 * @throws {DomainError} `no-image`, `wrong-field` or `malformed-request`.
 */
export async function readUpload(request: HonoRequest): Promise<Upload> {
  const query = request.query();
  if (!/^multipart\/form-data\b/i.test(request.header("content-type") ?? "")) {
    const bytes = new Uint8Array(await request.arrayBuffer());
    if (bytes.length === 0) throw noImage("the body is empty");
    return { bytes, fields: query };
  }
  const form = await readForm(request);
  const image = form.get("image");
  if (image === null) throw imageElsewhere(form);
  if (typeof image === "string") {
    throw new DomainError(
      "wrong-field",
      'Cannot read image as the field "image" must be a file: it is text. With curl: -F image=@photo.jpg',
    );
  }
  if (form.getAll("image").length > 1) {
    throw new DomainError("wrong-field", 'Cannot read image as there must be one field "image"');
  }
  const texts = [...form].filter((entry): entry is [string, string] =>
    typeof entry[1] === "string"
  );
  return {
    bytes: new Uint8Array(await image.arrayBuffer()),
    fields: { ...query, ...Object.fromEntries(texts) },
  };
}

async function readForm(request: HonoRequest): Promise<FormData> {
  try {
    return await request.formData();
  } catch (error) {
    if (error instanceof Error && error.name === BODY_LIMIT_ERROR) throw error;
    throw new DomainError(
      "malformed-request",
      "Cannot read the form as its multipart body is broken",
    );
  }
}

function imageElsewhere(form: FormData): DomainError {
  const names = [...new Set(form.keys())];
  if (names.length === 0) return noImage("the form is empty");
  return new DomainError(
    "wrong-field",
    `Cannot read image as it must come in the field "image": the form has "${names.join('", "')}"`,
  );
}

function noImage(why: string): DomainError {
  return new DomainError(
    "no-image",
    `Cannot detect as ${why}. Send the picture as the field "image" of a form, or as the body`,
  );
}
