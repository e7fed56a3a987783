import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startServer } from "../platforms/host/start_server.ts";
import { pythonTools } from "../python_tools.ts";
import { newApiKey } from "../routes/quick_app.ts";
import { snippets } from "./snippets.ts";

const HERE = new URL("./", import.meta.url);
const PHOTO = new URL("../../docs/photos/cat.jpg", import.meta.url);
/** Models of the repository whose graphs are here. */
const MODELS = ["everyday8", "everyday8-l"];

interface Detection {
  readonly label: string;
  readonly classId: number;
  readonly score: number;
  readonly box: { readonly xmin: number; ymin: number; xmax: number; ymax: number };
}

Deno.test("clients of Python work unchanged, with an API key", async (test) => {
  const { key, accepted: { name, sha256 } } = await newApiKey("clients");
  await using server = await startServer({ API_KEYS: `${name}:${sha256}`, WORKERS: "1" });
  await untilReady(server.url);
  const [one] = await detect(server.url, key, "");
  const all = await detect(server.url, key, "?score=0.05");
  const three = all.slice(0, 3);
  const { hugging_face, roboflow, kserve, open_inference } = await askedByPython(server.url, key);

  for (const [language, code] of await snippets(["python", "bash"])) {
    await test.step(`docs/clients.md: ${language} finds the cat (${code.split("\n")[0]})`, async () => {
      const bin = await pythonTools(new URL("requirements.txt", HERE));
      const [program, flag] = language === "bash" ? ["bash", "-c"] : [
        new URL("python", bin).pathname,
        "-c",
      ];
      const source = code.replaceAll("KEY", key)
        .replaceAll(/(http:\/\/)?localhost:8000/g, server.url)
        .replace("curl ", `curl -s -H 'x-api-key: ${key}' `);
      const { stdout, stderr } = await new Deno.Command(program, {
        args: [flag, source],
        cwd: new URL("../../", HERE),
      }).output();
      const said = new TextDecoder().decode(stdout);
      // COCO results have class ids in place of labels.
      assert(/cat|"category_id":4/.test(said), said + new TextDecoder().decode(stderr));
    });
  }

  await test.step("huggingface_hub gets the objects in whole pixels", () => {
    const objects = (detections: readonly Detection[]) =>
      detections.map(({ label, score, box }) => ({ label, score, box: rounded(box) }));
    assertEquals(hugging_face.raw, objects([one!]));
    assertEquals(hugging_face.file, hugging_face.raw);
    assertEquals(hugging_face.threshold, objects(all));
    assertStringIncludes(hugging_face.error, "Cannot decode image");
    assertStringIncludes(hugging_face.noModel, "there are only: everyday8");
    assertStringIncludes(hugging_face.wrongKey, "the key is not known here");
  });

  await test.step("inference_sdk gets boxes by their centre, in API v0 and v1", () => {
    for (const way of ["header", "legacy", "old", "async"]) {
      assertCentres(roboflow[way].predictions, three);
      assertEquals(roboflow[way].image, { width: 451, height: 300 });
    }
    assertEquals(roboflow.batch.length, 2);
    for (const { predictions } of roboflow.batch) assertCentres(predictions, three);
    assertEquals([roboflow.info.name, roboflow.models], ["retinanet-edge", MODELS]);
    assertStringIncludes(roboflow.wrongKey, "the key is not known here");
    assertStringIncludes(roboflow.wrongBodyKey, "the key is not known here");
    assertStringIncludes(roboflow.noModel, "there are only: everyday8");
    assertStringIncludes(roboflow.option, '"confidence" must be at most 1');
  });

  await test.step("kserve gets tensors, for one image and for two", () => {
    const { live, ready, modelReady, text, binary, pair, noModel } = kserve;
    assertEquals([live, ready, modelReady], [true, true, true]);
    const box = [one!.box.xmin, one!.box.ymin, one!.box.xmax, one!.box.ymax].map(Math.fround);
    assertEquals(text.boxes.map((each: number[]) => each.map(Math.fround)), [box]);
    assertEquals(text.labels, [one!.label]);
    assertEquals(binary, text);
    assertEquals(pair.boxes, [text.boxes, text.boxes]);
    assertEquals(pair.num_detections, [1, 1]);
    assertStringIncludes(noModel, `there are only: ${MODELS.join(", ")}, '404`);
  });

  await test.step("open-inference gets tensors in JSON", () => {
    const { server, inputs, id, outputs, error } = open_inference;
    assertEquals([server, inputs, id], ["retinanet-edge", ["image"], "a-1"]);
    assertEquals(outputs.boxes, [one!.box.xmin, one!.box.ymin, one!.box.xmax, one!.box.ymax]);
    assertEquals([outputs.labels, outputs.class_ids], [[one!.label], [one!.classId]]);
    assertStringIncludes(error, "wrong-field");
  });
});

function rounded(box: Detection["box"]) {
  const edges = Object.entries(box).map(([edge, value]) => [edge, Math.round(value)]);
  return Object.fromEntries(edges);
}

interface Prediction {
  readonly [field: string]: number | string;
}

function assertCentres(found: readonly Prediction[], detections: readonly Detection[]): void {
  const plain = found.map(({ detection_id: _, ...prediction }) => prediction);
  const expected = detections.map(({ label, classId, score, box }) => ({
    x: Number(((box.xmin + box.xmax) / 2).toFixed(3)),
    y: Number(((box.ymin + box.ymax) / 2).toFixed(3)),
    width: Number((box.xmax - box.xmin).toFixed(3)),
    height: Number((box.ymax - box.ymin).toFixed(3)),
    confidence: score,
    class: label,
    class_id: classId,
  }));
  assertEquals<unknown>(plain, expected);
}

async function detect(url: string, key: string, query: string): Promise<Detection[]> {
  const headers = { authorization: `Bearer ${key}` };
  const body = await Deno.readFile(PHOTO);
  const response = await fetch(`${url}/detect${query}`, { method: "POST", headers, body });
  return (await response.json()).detections;
}

async function untilReady(url: string): Promise<void> {
  for (;;) {
    const response = await fetch(`${url}/readyz`);
    await response.body?.cancel();
    if (response.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

// deno-lint-ignore no-explicit-any -- what the script prints, part by part
async function askedByPython(url: string, key: string): Promise<any> {
  const bin = await pythonTools(new URL("requirements.txt", HERE));
  const { success, stdout, stderr } = await new Deno.Command(new URL("python", bin), {
    args: [new URL("python_clients.py", HERE).pathname, url, key, PHOTO.pathname],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}
