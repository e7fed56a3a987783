import { DEFAULT_IMAGE_LIMITS } from "../src/image/limits.ts";
import { Image } from "imagescript";
import { parseManifest } from "../src/manifest/manifest.ts";
import everyday8 from "../models/everyday8.json" with { type: "json" };
import { decodeImage, inputOf } from "../src/detect/preprocess.ts";
import { hostRuntime } from "../src/platforms/host/runtime.ts";
import { measure, type Measurement } from "./stopwatch.ts";

/** imagescript's own way from bytes to 320 px, beside ours, which goes on to the tensor. */
export async function measureIngest(image: Uint8Array, rounds: number): Promise<Measurement[]> {
  const { codec } = await hostRuntime({ threads: 1 });
  const manifest = parseManifest(everyday8);
  return await measure([
    ["Image.decode + resize", async () => {
      (await Image.decode(image)).resize(320, Image.RESIZE_AUTO);
    }],
    ["our ingest, to the tensor", () => {
      inputOf(decodeImage(image, manifest, codec, DEFAULT_IMAGE_LIMITS), manifest);
    }],
  ], rounds);
}
