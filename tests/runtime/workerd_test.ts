import { assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import type { DetectResult } from "../../src/ports/detector.ts";
import { openEveryday8 } from "../everyday8.ts";
import { fruitPicture } from "../pictures/fruit_picture.ts";
import { startWorkerd } from "./start_workerd.ts";

// Cloudflare's own runtime, with the bundle that its own tool makes from wrangler.toml.
Deno.test("workers.ts on workerd", async (test) => {
  await using workerd = await startWorkerd();
  const picture = fruitPicture();
  const post = (path: string, body: BodyInit) =>
    fetch(`${workerd.url}${path}`, { method: "POST", body });

  await test.step("POST /detect gives the boxes that the same engine gives on Deno", async () => {
    const detector = await openEveryday8();
    const expected = await detector.detect(picture, { score: 0.05 });
    await detector.close();
    const response = await post("/detect?score=0.05", picture);
    assertEquals(response.status, 200);
    const answer: DetectResult = await response.json();
    assertEquals(answer.engine.provider, "wasm");
    assertEquals(answer.image, expected.image);
    assertSameDetections(answer, expected);
  });

  await test.step("POST /detect takes a form, too", async () => {
    const form = new FormData();
    form.set("image", new File([picture], "fruit.png"));
    assertEquals((await post("/detect", form)).status, 200);
  });

  await test.step("POST /detect takes base64 in JSON, and no address", async () => {
    const headers = { "content-type": "application/json" };
    const postJson = (value: unknown) =>
      fetch(`${workerd.url}/detect`, { method: "POST", headers, body: JSON.stringify(value) });
    assertEquals((await postJson({ image: picture.toBase64() })).status, 200);
    const response = await postJson({ url: "https://example.org/a.jpg" });
    assertEquals([response.status, (await response.json()).code], [403, "url-not-allowed"]);
  });

  await test.step("POST /detect refuses what is no picture with a problem", async () => {
    const response = await post("/detect", "not a picture");
    assertEquals([response.status, (await response.json()).code], [415, "not-an-image"]);
  });

  await test.step("POST /detect decodes the other formats with the same static modules", async () => {
    const jpegs = ["orientation-6.jpg", "progressive.jpg", "cmyk.jpg"];
    const webps = ["lossy-alpha.webp", "lossless.webp", "orientation-6.webp"];
    for (const file of [...jpegs, "rgb.gif", ...webps, "palette.bmp"]) {
      const bytes = await Deno.readFile(new URL(`../pictures/formats/${file}`, import.meta.url));
      const response = await post("/detect", bytes);
      assertEquals([file, response.status], [file, 200]);
      assertEquals((await response.json()).image, { width: 64, height: 48 });
    }
  });

  await test.step("POST /detect says that AVIF is not read there", async () => {
    const bytes = await Deno.readFile(new URL("../pictures/formats/rgb.avif", import.meta.url));
    const response = await post("/detect", bytes);
    assertEquals([response.status, (await response.json()).code], [415, "unsupported-format"]);
  });

  await test.step("GET /readyz is ready and GET /models names the model", async () => {
    assertEquals((await fetch(`${workerd.url}/readyz`)).status, 200);
    assertStringIncludes(await (await fetch(`${workerd.url}/models`)).text(), "everyday8");
  });
});

function assertSameDetections(found: DetectResult, expected: DetectResult): void {
  const labels = (result: DetectResult) => result.detections.map(({ label }) => label);
  assertEquals(labels(found), labels(expected));
  found.detections.forEach(({ score, box }, i) => {
    assertAlmostEquals(score, expected.detections[i].score, 1e-4);
    for (const edge of ["xmin", "ymin", "xmax", "ymax"] as const) {
      assertAlmostEquals(box[edge], expected.detections[i].box[edge], 0.05);
    }
  });
}
