import { DomainError } from "../core/domain_error.ts";
import { manifestFaults } from "./manifest_faults.ts";
import {
  type FinishedManifest,
  finishedSchema,
  headsSchema,
  type Manifest,
} from "./manifest_schema.ts";
import { schemaFault } from "./schema_fault.ts";

export { PRECISIONS } from "./manifest_schema.ts";
export type { FinishedManifest, HeadsManifest, Manifest } from "./manifest_schema.ts";

/**
 * Returns true if the graph of a model applies NMS (non-maximum suppression) itself and returns
 * detections.
 *
 * For a graph with NMS, the manifest declares no anchors, no box coder and no NMS.
 */
export function isFinished(manifest: Manifest): manifest is FinishedManifest {
  return manifest.outputs.kind === "finished";
}

/**
 * Checks the content of a manifest.
 *
 * @param json Value that `JSON.parse()` returned.
 * @throws {DomainError} `manifest-invalid`, if a property is wrong. The message names every wrong
 *   property.
 *
 * @example
 * ```ts
 * import { parseManifest } from "./manifest.ts";
 * import everyday8 from "../../models/everyday8.json" with { type: "json" };
 *
 * const manifest = parseManifest(everyday8);
 * if (manifest.id !== "everyday8") throw new Error(manifest.id);
 * ```
 */
export function parseManifest(json: unknown): Manifest {
  const parsed = schemaFor(json).safeParse(json, { error: schemaFault });
  const faults = parsed.success
    ? manifestFaults(parsed.data)
    : parsed.error.issues.map(({ path, message }) =>
      `${path.join(".") || "manifest"}: ${message}${foundAt(json, path)}`
    );
  if (!parsed.success || faults.length > 0) {
    throw new DomainError("manifest-invalid", `Cannot use the manifest. ${faults.join("; ")}`);
  }
  return parsed.data;
}

/**
 * Selects the schema of a manifest by its property `outputs.kind`.
 *
 * For an unknown kind, the function returns `headsSchema`, whose error message lists the known
 * kinds.
 */
function schemaFor(json: unknown): typeof headsSchema | typeof finishedSchema {
  const { outputs } = (json ?? {}) as { outputs?: { kind?: unknown } };
  return outputs?.kind === "finished" ? finishedSchema : headsSchema;
}

/**
 * Returns the end of an error message that shows the wrong value, for example `: it is "nchv"`.
 *
 * @param path Keys that lead from `json` to the value.
 * @returns End of the message. Empty if the value is missing or has more than 60 characters.
 */
function foundAt(json: unknown, path: readonly PropertyKey[]): string {
  const value = path.reduce<unknown>(
    (owner, key) => (owner as Record<PropertyKey, unknown> | undefined)?.[key],
    json,
  );
  const text = typeof value === "symbol" ? undefined : JSON.stringify(value) as string | undefined;
  return text === undefined || text.length > 60 || path.length === 0 ? "" : `: it is ${text}`;
}
