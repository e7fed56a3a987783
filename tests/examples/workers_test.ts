import { assertEquals } from "@std/assert";
import { runTool } from "../../packaging/tools.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { startWorkerd } from "../platforms/workerd/start_workerd.ts";
import { installExample } from "./install_example.ts";

Deno.test("examples/workers counts what is in a photo, on workerd", async (test) => {
  await using example = await installExample("workers");

  await test.step("type-checks", async () => {
    await runTool("tsc5", [], example.folder);
  });

  await using worker = await startWorkerd({ config: `${example.folder}/wrangler.toml` });
  const post = (body: BodyInit) => fetch(worker.url, { method: "POST", body });

  await test.step("finds the orange", async () => {
    const response = await post(fruitImage());
    assertEquals([response.status, await response.json()], [200, { orange: 1 }]);
  });

  await test.step("refuses a body that is not a photo, with a code", async () => {
    const response = await post("a text");
    assertEquals([response.status, (await response.json()).code], [422, "not-an-image"]);
    const get = await fetch(worker.url);
    assertEquals([get.status, await get.text()], [405, "Send a photo with POST\n"]);
  });
});
