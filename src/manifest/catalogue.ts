import { z } from "zod";
import { schemaFault } from "./schema_fault.ts";

const url = z.url({ protocol: /^https?$/, error: "must be a URL that starts with http" });

const entry = z.strictObject({
  /** Model id. The model's manifest is the file `ID.json` in the folder of the catalogue. */
  id: z.string().min(1),
  /** URL from which the `.onnx` file can be downloaded. */
  url,
  /** URL of a web page that describes the model. */
  source: url,
  bytes: z.int().positive().optional(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits").optional(),
  md5: z.string().regex(/^[0-9a-f]{32}$/, "32 hexadecimal digits").optional(),
});

const catalogue = z.array(entry).superRefine((entries, context) => {
  entries.forEach(({ id }, i) => {
    if (entries.findIndex((other) => other.id === id) === i) return;
    context.addIssue({ code: "custom", path: [i, "id"], message: `"${id}" is listed twice` });
  });
});

/** Entry of `models/catalogue.json`: a model, and the URL of its graph. */
export type CatalogueEntry = z.infer<typeof entry>;

/**
 * Checks the content of a catalogue: a list of models that can be downloaded.
 *
 * @param json Value that `JSON.parse()` returned.
 * @throws {TypeError} If a property is wrong. The message names every wrong property.
 *
 * @example
 * ```ts
 * import { parseCatalogue } from "./catalogue.ts";
 * import catalogue from "../../models/catalogue.json" with { type: "json" };
 *
 * const ids = parseCatalogue(catalogue).map(({ id }) => id);
 * if (!ids.includes("retinanet-9")) throw new Error(ids.join());
 * ```
 */
export function parseCatalogue(json: unknown): CatalogueEntry[] {
  const parsed = catalogue.safeParse(json, { error: schemaFault });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) =>
    `${path.join(".") || "catalogue"}: ${message}`
  );
  throw new TypeError(`Cannot use the catalogue. ${faults.join("; ")}`);
}
