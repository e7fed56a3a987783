import { z } from "zod";

const url = z.url({ protocol: /^https?$/, error: "must be a URL that starts with http" });

const entry = z.strictObject({
  /** Id of the manifest `ID.json` beside the catalogue. It holds whatever the entry leaves out. */
  id: z.string().min(1),
  /** URL of the graph's bytes. */
  url,
  /** URL of a page about the model, for people. */
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

/** Model whose graph can be downloaded. */
export type CatalogueEntry = z.infer<typeof entry>;

/**
 * Checks the JSON of a catalogue.
 *
 * @param json Value that `JSON.parse()` returned.
 * @throws {TypeError} Naming every property that is wrong.
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
  const parsed = catalogue.safeParse(json);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) =>
    `${path.join(".") || "catalogue"}: ${message}`
  );
  throw new TypeError(`Cannot use the catalogue. ${faults.join("; ")}`);
}
