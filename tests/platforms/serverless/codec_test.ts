import { assertEquals } from "@std/assert";
import { isSharpInstalled } from "../../../src/codecs/sharp_jpeg.ts";
import { isNativeInstalled } from "../../../src/engines/native.ts";
import { serverlessApp } from "../../../src/platforms/serverless/app.ts";
import { sceneJpeg } from "../../sample_images/fruit_scene.ts";
import { assertProblem, testUnless } from "../../testing.ts";

const HAS_SHARP = isSharpInstalled();
const NO_SHARP = HAS_SHARP ? undefined : "sharp is not installed (deno task native)";

/** All permissions but that to call libraries of the system, such as libjpeg-turbo. */
const WITHOUT_LIBRARIES: Deno.PermissionOptions = {
  env: true,
  ffi: false,
  import: true,
  net: true,
  read: true,
  run: true,
  sys: true,
  write: true,
};

/** Detects in a JPEG file with the app of a serverless platform. */
async function detect(environment: Readonly<Record<string, string>>): Promise<Response> {
  const app = serverlessApp({
    peerAddress: () => undefined,
    environment: { THREADS: "1", LOG: "none", ...environment },
  });
  const body = await sceneJpeg();
  return await app.fetch(new Request("http://host/detect", { method: "POST", body }));
}

/** Returns the codec that an answer names. */
async function codecOf(response: Response): Promise<string | undefined> {
  assertEquals(response.status, 200);
  return (await response.json()).engine.codec;
}

testUnless(
  HAS_SHARP ? "sharp is installed" : undefined,
  "serverlessApp() refuses CODEC=native without a native library, and gives the reason",
  async () => {
    const response = detect({ ENGINE: "wasm", CODEC: "native" });
    await assertProblem(response, 503, "model-not-ready", "sharp is not installed");
  },
  WITHOUT_LIBRARIES,
);

testUnless(NO_SHARP, "serverlessApp() decodes with sharp if CODEC is native", async () => {
  assertEquals(await codecOf(await detect({ ENGINE: "wasm", CODEC: "native" })), "native");
  assertEquals(await codecOf(await detect({ ENGINE: "wasm" })), undefined);
});

testUnless(
  NO_SHARP ?? (isNativeInstalled() ? undefined : "onnxruntime-node is not installed"),
  "serverlessApp() decodes with sharp beside the native engine, unless CODEC is wasm",
  async () => {
    assertEquals(await codecOf(await detect({ ENGINE: "native" })), "native");
    assertEquals(await codecOf(await detect({ ENGINE: "native", CODEC: "wasm" })), undefined);
  },
);
