import type { Manifest } from "../manifest/manifest.ts";
import type { ModelInfo } from "../ports/detector.ts";
import { expectedInput } from "./expected_tensors.ts";

/** What a manifest tells the users of its model. */
export function modelInfo(manifest: Manifest): ModelInfo {
  const { shapes: [shape] } = expectedInput(manifest);
  return {
    id: manifest.id,
    labels: manifest.labels,
    input: {
      type: manifest.input.type,
      shape,
      resize: describeResize(manifest),
    },
    sha256: manifest.graph.sha256,
    metrics: manifest.metrics,
  };
}

function describeResize({ resize }: Manifest): string {
  switch (resize.kind) {
    case "fit":
      return `to fit ${resize.width}x${resize.height}, aspect kept`;
    case "shortest":
      return `shorter side to ${resize.shortest}, longer to at most ${resize.longest}`;
    case "stretch":
      return `stretched to ${resize.width}x${resize.height}`;
    case "none":
      return "as it is";
  }
}
