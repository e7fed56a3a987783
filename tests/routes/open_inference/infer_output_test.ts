import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { createApp } from "../../../routes/app.ts";
import { everyday8Registry } from "../../everyday8.ts";
import { drawFruit } from "../../sample_images/draw_fruit.ts";
import { fruitImage, ORANGE } from "../../sample_images/fruit_image.ts";
import { assertProblem } from "../../testing.ts";
import { post, quickApp } from "../quick_app.ts";
import { binaryBody, encodedBody, INFER } from "./infer_body.ts";

const OPTIONS = { score: 0.05, max: 5 };

Deno.test("POST infer", async (test) => {
  const registry = await everyday8Registry();
  const app = createApp({ registry, maxBytes: 1_000_000, log: () => {} });
  const infer = async (init: RequestInit) => {
    const response = await app.request(INFER, init);
    assertEquals(response.status, 200, await response.clone().text());
    return response;
  };
  const { detections, timing } =
    await (await app.request("/detect?score=0.05&max=5", post(fruitImage()))).json();
  assert(detections.length > 1 && timing.total > 0);
  const boxes = detections.flatMap(({ box }: { box: Record<string, number> }) => [
    ...[box.xmin, box.ymin, box.xmax, box.ymax],
  ]);
  const count = detections.length;
  const column = (name: string) => detections.map((each: Record<string, unknown>) => each[name]);

  await test.step("answers JSON with every output, as POST /detect finds it", async () => {
    const response = await infer(encodedBody(fruitImage(), { id: "a-1", parameters: OPTIONS }));
    assertStringIncludes(response.headers.get("server-timing") ?? "", "inference;dur=");
    assertEquals(await response.json(), {
      id: "a-1",
      model_name: "everyday8",
      model_version: "1",
      outputs: [
        { name: "boxes", datatype: "FP32", shape: [count, 4], data: boxes },
        { name: "scores", datatype: "FP32", shape: [count], data: column("score") },
        { name: "class_ids", datatype: "INT64", shape: [count], data: column("classId") },
        { name: "labels", datatype: "BYTES", shape: [count], data: column("label") },
        { name: "num_detections", datatype: "INT32", shape: [1], data: [count] },
      ],
    });
  });

  await test.step("finds the same in raw pixels", async () => {
    const pixels = rgbOf(640, 480);
    const response = await infer(binaryBody({
      parameters: OPTIONS,
      inputs: [{
        name: "image",
        datatype: "UINT8",
        shape: [1, 480, 640, 3],
        parameters: { binary_data_size: pixels.length },
      }],
    }, pixels));
    assertEquals((await response.json()).outputs[0].data, boxes);
  });

  await test.step("answers binary data after the JSON, in the order of the outputs", async () => {
    const response = await infer(
      encodedBody(fruitImage(), { parameters: { ...OPTIONS, binary_data_output: true } }),
    );
    assertEquals(response.headers.get("content-type"), "application/octet-stream");
    const { outputs, binary } = await split(response);
    const sizes = outputs.map((each) => each.parameters?.binary_data_size ?? 0);
    const [boxBytes = 0, scoreBytes = 0, classBytes = 0] = sizes;
    const labels = column("label").map((label: string) => 4 + label.length);
    const sum = (list: number[]) => list.reduce((total, each) => total + each, 0);
    assertEquals(sizes, [16 * count, 4 * count, 8 * count, sum(labels), 4]);
    assertEquals(binary.length, sum(sizes));
    const view = new DataView(binary.buffer, binary.byteOffset);
    assertEquals(view.getFloat32(4, true), Math.fround(boxes[1]));
    assertEquals(view.getFloat32(boxBytes, true), Math.fround(detections[0].score));
    assertEquals(view.getBigInt64(boxBytes + scoreBytes, true), BigInt(detections[0].classId));
    const first = boxBytes + scoreBytes + classBytes;
    assertEquals(view.getUint32(first, true), detections[0].label.length);
    const text = binary.subarray(first + 4, first + labels[0]);
    assertEquals(new TextDecoder().decode(text), detections[0].label);
    assertEquals(view.getInt32(binary.length - 4, true), count);
  });

  await test.step("answers only the requested outputs, each in its requested form", async () => {
    const response = await infer(encodedBody(fruitImage(), {
      parameters: { ...OPTIONS, binary_data_output: true },
      outputs: [
        { name: "num_detections", parameters: { binary_data: false } },
        { name: "scores" },
      ],
    }));
    const { outputs, binary } = await split(response);
    assertEquals(outputs, [
      { name: "num_detections", datatype: "INT32", shape: [1], data: [count] },
      {
        name: "scores",
        datatype: "FP32",
        shape: [count],
        parameters: { binary_data_size: 4 * count },
      },
    ]);
    assertEquals(binary.length, 4 * count);
  });

  await test.step("answers tensors without elements if there are no detections", async () => {
    const parameters = { score: 1, binary_data_output: true };
    const { outputs, binary } = await split(
      await infer(encodedBody(fruitImage(), { parameters })),
    );
    assertEquals(outputs[0]!.shape, [0, 4]);
    assertEquals(binary.length, 4);
  });
  await registry.close();
});

for (
  const [what, outputs, code, error] of [
    ["an output that is not there", [{ name: "masks" }], "invalid-option", '"masks"; there are'],
    [
      "an output twice",
      [{ name: "boxes" }, { name: "boxes" }],
      "invalid-option",
      "asked for twice",
    ],
    ["a thousand outputs", new Array(1000).fill({ name: "boxes" }), ...[
      "malformed-request",
      "it has 1000",
    ]],
    ["outputs that are texts", ["boxes"], "malformed-request", "outputs[0]"],
    [
      "a classification",
      [{ name: "boxes", parameters: { classification: 3 } }],
      "malformed-request",
      '"classification"',
    ],
  ] as const
) {
  Deno.test(`POST infer refuses ${what}`, async () => {
    const app = await quickApp();
    const sent = app.request(INFER, encodedBody(new Uint8Array(9), { outputs }));
    await assertProblem(sent, 400, code, error);
  });
}

/** Draws the image, without its alpha. */
function rgbOf(width: number, height: number): Uint8Array<ArrayBuffer> {
  const { data, channels } = drawFruit(width, height, [ORANGE]);
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    rgb.set(data.subarray(channels * i, channels * i + 3), 3 * i);
  }
  return rgb;
}

interface Answer {
  readonly outputs: {
    readonly shape: number[];
    readonly parameters?: { readonly binary_data_size: number };
  }[];
  readonly binary: Uint8Array;
}

async function split(response: Response): Promise<Answer> {
  const length = Number(response.headers.get("inference-header-content-length"));
  const bytes = new Uint8Array(await response.arrayBuffer());
  const { outputs } = JSON.parse(new TextDecoder().decode(bytes.subarray(0, length)));
  return { outputs, binary: bytes.subarray(length) };
}
