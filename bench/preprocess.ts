import { DEFAULT_IMAGE_LIMITS } from "../src/image/limits.ts";
import { Image } from "imagescript";
import { parseManifest } from "../src/manifest/manifest.ts";
import everyday8 from "../models/everyday8.json" with { type: "json" };
import { decodeImage, inputOf } from "../src/detect/preprocess.ts";
import { hostRuntime } from "../src/platforms/host/runtime.ts";
import { measure, type Measurement } from "./stopwatch.ts";

/** Name of imagescript's decode and resize. */
export const LIBRARY_INGEST = "Image.decode + resize";
/** Name of our decode, resize and conversion to a tensor. */
export const OUR_INGEST = "our ingest, to the tensor";

/** Times imagescript from bytes to 320 px, and our pipeline from bytes to the input tensor. */
export async function measureIngest(image: Uint8Array, rounds: number): Promise<Measurement[]> {
  const { codec } = await hostRuntime({ threads: 1 });
  const manifest = parseManifest(everyday8);
  return await measure([
    [LIBRARY_INGEST, async () => {
      (await Image.decode(image)).resize(320, Image.RESIZE_AUTO);
    }],
    [OUR_INGEST, () => {
      inputOf(decodeImage(image, manifest, codec, DEFAULT_IMAGE_LIMITS), manifest, codec);
    }],
  ], rounds);
}
