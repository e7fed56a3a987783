import { assert, assertEquals } from "@std/assert";
import { createApp } from "../routes/app.ts";
import { everyday8Registry } from "./everyday8.ts";

const ROOT = new URL("../", import.meta.url);
const README = await Deno.readTextFile(new URL("README.md", ROOT));

Deno.test("the curl command of the README gives the answer of the README", async () => {
  const command = README.match(/^curl -F image=@(\S+) http:\/\/127\.0\.0\.1:8000(\/\S+)$/m)!;
  const [, file, path] = command as unknown as [string, string, string];
  const expected = JSON.parse(README.match(/```json\n([\s\S]*?)```/)![1]!);
  const registry = await everyday8Registry();
  const app = createApp({ registry, maxBytes: 1_000_000, log: console.error });
  const body = new FormData();
  body.set("image", new File([await Deno.readFile(new URL(file, ROOT))], "photo.jpg"));
  const answer = await (await app.request(path, { method: "POST", body })).json();
  await registry.close();
  assertEquals(answer.detections, expected.detections);
  assertEquals([answer.model, answer.image], [expected.model, expected.image]);
  assertEquals(Object.keys(answer), Object.keys(expected));
});

Deno.test("the files that the README shows or sends are in the repository, and small", async () => {
  const files = [...README.matchAll(/!\[[^\]]*\]\(([^)]+)\)|@(docs\/\S+)/g)]
    .map(([, shown, sent]) => (shown ?? sent)!);
  assertEquals(files.length, 2);
  for (const file of files) {
    const { size } = await Deno.stat(new URL(file, ROOT));
    assert(size < 200_000, `${file} has ${size} bytes`);
  }
});
