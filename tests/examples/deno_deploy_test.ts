import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { installExample } from "./install_example.ts";
import { startDeno } from "./start_deno.ts";

Deno.test("examples/deno-deploy answers the form of its page, on deno serve", async () => {
  await using example = await installExample("deno-deploy");
  await using server = await startDeno(
    ["serve", "-A", "--host", "127.0.0.1", "--port", "0", "main.ts"],
    example.folder,
    { LOG: "none" },
  );
  const page = await fetch(server.url);
  assertMatch(page.headers.get("content-type") ?? "", /^text\/html/);
  assertStringIncludes(await page.text(), 'action="/detect"');
  const form = new FormData();
  form.set("image", new File([fruitImage()], "fruit.png"));
  const response = await fetch(`${server.url}/detect`, { method: "POST", body: form });
  const { detections: [best] } = await response.json();
  assertEquals([response.status, best.label], [200, "orange"]);
});
