import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { boxIou } from "../box_iou.ts";
import { fruitImage, ORANGE } from "../sample_images/fruit_image.ts";
import { startServer } from "../platforms/host/start_server.ts";

const TRUTH = {
  xmin: ORANGE.x - ORANGE.radius,
  ymin: ORANGE.y - ORANGE.radius,
  xmax: ORANGE.x + ORANGE.radius,
  ymax: ORANGE.y + ORANGE.radius,
};

Deno.test("deno task start", async (test) => {
  await using server = await startServer();

  await test.step("prints one line: the model, the URL, the engine and its reason", () => {
    assertMatch(
      server.line,
      /^Serving everyday8 at http:\/\/127\.0\.0\.1:\d+ on \w+, \d+ threads? \(.+\)$/,
    );
  });

  await test.step("finds a drawn orange in a posted form", async () => {
    const form = new FormData();
    form.set("image", new File([fruitImage()], "street.jpg"));
    const response = await fetch(`${server.url}/detect`, { method: "POST", body: form });
    assertEquals(response.status, 200);
    const { detections: [best] } = await response.json();
    assertEquals(best.label, "orange");
    assert(best.score > 0.3, `score ${best.score}`);
    assert(boxIou(best.box, TRUTH) > 0.7, JSON.stringify(best.box));
  });

  await test.step("answers /healthz before a detection that was requested earlier", async () => {
    const answered: string[] = [];
    const note = async (what: string, response: Promise<Response>) => {
      await (await response).arrayBuffer();
      answered.push(what);
    };
    const post = () => fetch(`${server.url}/detect`, { method: "POST", body: fruitImage() });
    const detections = [1, 2, 3].map(() => note("detect", post()));
    await note("healthz", fetch(`${server.url}/healthz`));
    await Promise.all(detections);
    assertEquals(answered[0], "healthz");
  });
});

Deno.test("deno task start keeps running without a model, and /readyz has the reason", async () => {
  await using server = await startServer({ MODEL: "nope" });
  assertMatch(server.line, /^Listening at \S+ without nope: .*"nope"/);
  assertEquals((await fetch(`${server.url}/healthz`)).status, 200);
  const response = await fetch(`${server.url}/readyz`);
  assertEquals(response.status, 503);
  assertStringIncludes((await response.json()).detail, "nope");
});
