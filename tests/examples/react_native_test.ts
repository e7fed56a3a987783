import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { detect, DetectError } from "../../examples/react-native/src/detect.ts";
import { runTool } from "../../packaging/tools.ts";
import { newKey } from "../../src/commands/key.ts";
import { executable } from "../platforms/hosts/executable.ts";
import { startServer } from "../platforms/host/start_server.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { installExample } from "./install_example.ts";

Deno.test("detect() of examples/react-native gets its boxes from a real server", async () => {
  const { key, entry } = await newKey("phone");
  await using server = await startServer({ API_KEYS: entry, LOG: "none" });
  const photo = new File([fruitImage()], "photo.png", { type: "image/png" });
  const { image, detections } = await detect(server.url, photo, { score: 0.3, key });
  assertEquals([image, detections[0]?.label], [{ width: 640, height: 480 }, "orange"]);
  assert(detections.every(({ score }) => score > 0.3));

  const text = new File(["a text"], "photo.png");
  const error = await assertRejects(() => detect(server.url, text, { key }), DetectError);
  assertEquals(error.code, "not-an-image");
  const keyless = await assertRejects(() => detect(server.url, photo), DetectError);
  assertEquals(keyless.code, "unauthorized");
});

Deno.test("examples/react-native, with Expo and React Native", async (test) => {
  await using example = await installExample("react-native");

  await test.step("type-checks", async () => {
    await runTool("tsc5", [], example.folder);
  });

  await test.step("is exported as the bundle of an Android app", async () => {
    const { success, stdout, stderr } = await new Deno.Command(await executable("node24"), {
      args: ["node_modules/expo/bin/cli", "export", "--platform", "android"],
      cwd: example.folder,
      env: { CI: "1", EXPO_OFFLINE: "1", EXPO_NO_TELEMETRY: "1" },
    }).output();
    const text = new TextDecoder().decode(stdout);
    assert(success, text + new TextDecoder().decode(stderr));
    assertMatch(text, /AppEntry-\w+\.hbc/);
  });
});
