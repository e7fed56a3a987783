import { DEFAULT_IMAGE_LIMITS } from "../../src/image/limits.ts";
import everyday8 from "../../models/everyday8.json" with { type: "json" };
import { parseManifest } from "../../src/manifest/manifest.ts";
import { DomainError } from "../../src/core/domain_error.ts";
import { decodeImage } from "../../src/detect/preprocess.ts";
import { hostRuntime } from "../../src/platforms/host/runtime.ts";

const { codec } = await hostRuntime({ threads: 1 });
const manifest = parseManifest(everyday8);

/** Decodes a file like the server, without running the model; returns `ok` or the code. */
export function decode(bytes: Uint8Array): string {
  try {
    decodeImage(bytes, manifest, codec, DEFAULT_IMAGE_LIMITS);
    return "ok";
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}
