import type { Case } from "../case.ts";
import { isPhoto, type SuiteImages } from "../images.ts";

/** Makes a case whose detections are in `golden.json` under its name; all score above `score`. */
export function golden(
  name: string,
  score: number,
  image: string,
  request: (bytes: Uint8Array<ArrayBuffer>) => ReturnType<Case["request"]>,
): Case {
  return {
    name,
    request: (images) => request(imageOf(images, image)),
    expected: { kind: "golden", key: name, score },
    needsPhotos: isPhoto(image),
  };
}

function imageOf(images: SuiteImages, name: string): Uint8Array<ArrayBuffer> {
  const bytes = images.get(name);
  if (bytes === undefined) throw new RangeError(`Cannot send ${name} as it was not loaded`);
  return bytes;
}
