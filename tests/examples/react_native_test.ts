import { assert, assertEquals, assertRejects } from "@std/assert";
import { detect, DetectError } from "../../examples/react-native/src/detect.ts";
import { runTool } from "../../packaging/run_tool.ts";
import { newKey } from "../../src/entry/key.ts";
import { startServer } from "../entry/start_server.ts";
import { fruitPicture } from "../pictures/fruit_picture.ts";
import { installExample } from "./install_example.ts";

Deno.test("detect() of examples/react-native gets its boxes from a real server", async () => {
  const { key, entry } = await newKey("phone");
  await using server = await startServer({ API_KEYS: entry, LOG: "none" });
  const photo = new File([fruitPicture()], "photo.png", { type: "image/png" });
  const { image, detections } = await detect(server.url, photo, { score: 0.3, key });
  assertEquals([image, detections[0].label], [{ width: 640, height: 480 }, "orange"]);
  assert(detections.every(({ score }) => score > 0.3));

  const text = new File(["a text"], "photo.png");
  const error = await assertRejects(() => detect(server.url, text, { key }), DetectError);
  assertEquals(error.code, "not-an-image");
  const keyless = await assertRejects(() => detect(server.url, photo), DetectError);
  assertEquals(keyless.code, "unauthorized");
});

Deno.test("examples/react-native type-checks with the types of Expo and React Native", async () => {
  await using example = await installExample("react-native");
  await runTool("tsc5", [], example.folder);
});
