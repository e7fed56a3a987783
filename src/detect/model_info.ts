import type { Manifest } from "../manifest/manifest.ts";
import type { ModelInfo } from "../ports/detector.ts";
import { expectedInputShape } from "./expected_tensors.ts";

/** Returns the public description of a model: the fields of its manifest that the API shows. */
export function modelInfo(manifest: Manifest): ModelInfo {
  const { sha256, precision } = manifest.graph;
  return {
    id: manifest.id,
    labels: manifest.labels,
    input: {
      type: manifest.input.type,
      shape: expectedInputShape(manifest),
      resize: describeResize(manifest),
    },
    sha256,
    ...(precision && { precision }),
    metrics: manifest.metrics,
  };
}

/** Describes the resize in words for people. */
function describeResize({ resize }: Manifest): string {
  switch (resize.kind) {
    case "fit":
      return `to fit ${resize.width}x${resize.height}, aspect kept`;
    case "shortest":
      return `shorter side to ${resize.shortest}, longer to at most ${resize.longest}`;
    case "stretch":
      return `stretched to ${resize.width}x${resize.height}`;
    case "crop":
      return `cut to the aspect ratio of ${resize.width}x${resize.height}, then resized to it`;
    case "letterbox":
      return `padded to the aspect ratio of ${resize.width}x${resize.height}, then resized to it`;
    case "none":
      return "as it is";
  }
}
