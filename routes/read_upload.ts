import type { HonoRequest } from "hono";
import { DomainError } from "../src/core/domain_error.ts";

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
 * @throws {DomainError} `no-image`, `wrong-field`, `malformed-request` or `invalid-option`.
 */
export async function readUpload(request: HonoRequest): Promise<Upload> {
  const query = textFields(request.queries());
  if (!/^multipart\/form-data\b/i.test(request.header("content-type") ?? "")) {
    const bytes = await readBody(request);
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
  form.delete("image");
  const fields = Object.fromEntries([...form.keys()].map((name) => [name, form.getAll(name)]));
  return {
    bytes: new Uint8Array(await image.arrayBuffer()),
    fields: { ...query, ...textFields(fields) },
  };
}

/** Each field's one value; nothing that a client sent twice, or as a file, is taken for less. */
function textFields(fields: Readonly<Record<string, readonly unknown[]>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, values]) => {
      const [value] = values;
      if (values.length === 1 && typeof value === "string") return [name, value];
      const found = values.length === 1 ? "it is a file" : `it is there ${values.length} times`;
      throw new DomainError(
        "invalid-option",
        `Cannot detect as "${name}" must be one text: ${found}`,
      );
    }),
  );
}

async function readBody(request: HonoRequest): Promise<Uint8Array> {
  try {
    return new Uint8Array(await request.arrayBuffer());
  } catch {
    throw new DomainError("malformed-request", "Cannot read the body as it broke off");
  }
}

async function readForm(request: HonoRequest): Promise<FormData> {
  try {
    return await request.formData();
  } catch {
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
