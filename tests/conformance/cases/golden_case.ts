import type { Case } from "../case.ts";

/** A case whose detections are in `golden.json` under its name; all score above `score`. */
export function golden(name: string, score: number, request: Case["request"]): Case {
  return { name, request, expected: { kind: "golden", key: name, score }, needsPhotos: true };
}
