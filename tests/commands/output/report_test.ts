import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { REPORT_MODULE, reportModule } from "../../../packaging/build_page.ts";
import { reportFormat } from "../../../src/commands/output/report/report_format.ts";
import { fruitImage } from "../../sample_images/fruit_image.ts";

Deno.test("the parts of the report are built from the folder page/report", async () => {
  // A difference means: run `deno task page`, and commit the module.
  assert(await Deno.readTextFile(REPORT_MODULE) === await reportModule(), "run deno task page");
});

const NAME = `"><script>alert('1')</script>.png`;

/** Returns a report of one image with a malicious name and label, and of one that failed. */
async function hostileReport(): Promise<string> {
  const source = { name: NAME, relativePath: "a.png", read: () => Promise.reject() };
  const draw = () => Promise.resolve({ bytes: new Uint8Array([1, 2]), ms: 1 });
  const model = {
    id: "two",
    labels: ["<b>"],
    input: { type: "float32", shape: [], resize: "" },
    sha256: "",
    metrics: {},
  };
  const { head, add, finish } = reportFormat({
    detector: { model, draw },
    sources: [source],
    withScores: false,
  });
  const box = { xmin: 1, ymin: 2, xmax: 30, ymax: 40 };
  const card = await add({
    source,
    index: 0,
    bytes: fruitImage(),
    result: {
      model: "two",
      image: { width: 640, height: 480 },
      detections: [{ label: "<b>", classId: 0, score: 0.75, box }],
      engine: { provider: "wasm", threads: 1, reason: "" },
      timing: { decode: 0, preprocess: 0, inference: 0, postprocess: 0, total: 0 },
    },
  });
  return [head, card, finish!([{ source, reason: "<i>no</i>" }])].join("\n");
}

Deno.test("the report loads nothing, and allows its own script and style sheet alone", async () => {
  const html = await hostileReport();
  const [markup] = html.split(/<script type="module">/);
  const linked = [...markup!.matchAll(/\b(?:src|href)="(?!data:image\/|")([^"]*)"/g)];
  assertEquals(linked.map(([, url]) => url), []);
  const [, policy] = html.match(/Content-Security-Policy" content="([^"]*)"/)!;
  assertStringIncludes(policy!, "default-src 'none'; img-src data:; ");
  assert(!/unsafe|\*|http|blob/.test(policy!), policy);
  for (const tag of ["style", "script"]) {
    const parts = [...html.matchAll(new RegExp(`<${tag}[^>]*>([\\s\\S]*?)</${tag}>`, "g"))];
    assertEquals(parts.length, 1);
    const text = new TextEncoder().encode(parts[0]![1]);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
    assertStringIncludes(policy!, `'sha256-${digest.toBase64()}'`);
  }
  assert(!/\son\w+=|\sstyle=/.test(markup!), "handlers and styles in attributes do not work");
});

Deno.test("the report escapes names, labels and reasons", async () => {
  const html = await hostileReport();
  assert(!html.includes("<script>alert"), "a name became markup");
  assert(!html.includes("<b>{") && !html.includes("<i>no"), "a label or reason became markup");
  const [, boxes] = html.match(/data-boxes="([^"]*)"/)!;
  const text = boxes!.replaceAll(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
  assertEquals(JSON.parse(text)[0].label, "<b>");
});
