import { OPENAPI } from "../../routes/reference/document.ts";

/** Part of an OpenAPI document. */
type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/** Returns the OpenAPI document with some operations, and only the components that they use. */
export function reducedDocument(operationIds: readonly string[]): { [name: string]: Json } {
  const document = JSON.parse(OPENAPI);
  const { paths, components } = document;
  for (const [path, item] of Object.entries<Record<string, { operationId: string }>>(paths)) {
    for (const [method, { operationId }] of Object.entries(item)) {
      if (!operationIds.includes(operationId)) delete item[method];
    }
    if (Object.keys(item).length === 0) delete paths[path];
  }
  const used = new Set<string>();
  collect(paths, components, used);
  for (const [kind, entries] of Object.entries<Record<string, Json>>(components)) {
    for (const name of Object.keys(entries)) {
      const isUsed = used.has(`#/components/${kind}/${name}`) || kind === "securitySchemes";
      if (!isUsed) delete entries[name];
    }
  }
  return document;
}

/** Adds the components that `value` refers to, and those that they refer to. */
function collect(
  value: Json,
  components: Record<string, Record<string, Json>>,
  used: Set<string>,
): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key !== "$ref" || typeof inner !== "string") collect(inner, components, used);
    else if (!used.has(inner)) {
      used.add(inner);
      const [kind, name] = inner.split("/").slice(-2) as [string, string];
      collect(components[kind]![name]!, components, used);
    }
  }
}
