import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startServer } from "../../platforms/host/start_server.ts";
import { drawFruit } from "../../sample_images/draw_fruit.ts";
import { encodePng } from "../../sample_images/encode_png.ts";
import { ORANGE } from "../../sample_images/fruit_image.ts";
import { sceneJpeg } from "../../sample_images/fruit_scene.ts";
import { missingShared, SHARED, testUnless } from "../../testing.ts";
import { pythonTools } from "../../python_tools.ts";

const HERE = new URL("./", import.meta.url);

/** Image as a file, with its pixels if the format is lossless. */
interface Image {
  readonly file: Uint8Array<ArrayBuffer>;
  readonly pixels?: Uint8Array;
  readonly width?: number;
  readonly height?: number;
}

/** Outputs that tritonclient received, by name. */
interface Found {
  readonly id: string;
  readonly types: Record<string, string>;
  readonly shapes: Record<string, number[]>;
  readonly boxes: number[][];
  readonly scores: number[];
  readonly class_ids: number[];
  readonly labels: string[];
  readonly num_detections: number[];
}

interface Detection {
  readonly label: string;
  readonly classId: number;
  readonly score: number;
  readonly box: { readonly xmin: number; ymin: number; xmax: number; ymax: number };
}

const HOPPER = "photos/grace_hopper.bmp";
const CAT = "photos/cat_1080p.jpg";

const IMAGES: readonly {
  readonly what: string;
  readonly missing?: string | undefined;
  readonly read: () => Image | Promise<Image>;
}[] = [
  { what: "a drawn orange", read: drawnOrange },
  { what: "a drawn 1080p JPEG", read: async () => ({ file: await sceneJpeg() }) },
  { what: HOPPER, missing: missingShared(HOPPER), read: graceHopper },
  {
    what: CAT,
    missing: missingShared(CAT),
    read: async () => ({ file: await Deno.readFile(new URL(CAT, SHARED)) }),
  },
];

for (const { what, missing, read } of IMAGES) {
  testUnless(missing, `tritonclient gets the detections of POST /detect in ${what}`, async () => {
    await using server = await startServer();
    const image = await read();
    const detections = await detect(server.url, image.file);
    const answers = await askedByTriton(server.url, image);
    assert(detections.length > 0);
    const raw = ["pixels", "batchOfOne", "floats", "shares", "planes"];
    for (const way of ["binary", "json", "gzip", "deflate", ...(image.pixels ? raw : [])]) {
      assertSame(answers[way], detections);
    }
    assertEquals(answers.smallPixels, answers.smallBinaryPixels);
  });
}

Deno.test("tritonclient", async (test) => {
  await using server = await startServer();
  const image = drawnOrange();
  const answers = await askedByTriton(server.url, image);

  await test.step("sees the server and its model", () => {
    const { live, ready, modelReady, versionReady, otherReady, server, model, index } = answers;
    assertEquals([live, ready, modelReady, versionReady, otherReady], [
      ...[true, true, true, true, false],
    ]);
    assertEquals(server.extensions, ["binary_tensor_data"]);
    assertEquals(model.inputs, [{ name: "image", datatype: "BYTES", shape: [1] }]);
    assert(index.some(({ name }: { name: string }) => name === "everyday8"));
  });

  await test.step("gets tensors of the types and shapes that the metadata tell", () => {
    const types = {
      boxes: "float32",
      scores: "float32",
      class_ids: "int64",
      labels: "object",
      num_detections: "int32",
    };
    for (const way of ["binary", "json", "pixels"]) {
      assertEquals(answers[way].types, types);
      assertEquals(answers[way].id, "a-1");
    }
  });

  await test.step("gets a row for each image of a batch", () => {
    const { binary } = answers;
    for (const way of ["pair", "pixelPair", "floatPair", "planePair"]) {
      const { boxes, labels, num_detections } = answers[way];
      assertEquals(boxes, [binary.boxes, binary.boxes], way);
      assertEquals(labels, [binary.labels, binary.labels], way);
      assertEquals(num_detections, [...binary.num_detections, ...binary.num_detections], way);
    }
  });

  await test.step("gets the configuration of the model", () => {
    const { name, max_batch_size, input } = answers.config;
    assertEquals([name, max_batch_size], ["everyday8", 0]);
    assertEquals(input, [{ name: "image", data_type: "TYPE_STRING", dims: [1] }]);
  });

  await test.step("gets only the outputs that it asked for, in their order", () => {
    assertEquals(Object.keys(answers.mixed.shapes), ["labels", "boxes"]);
    assertEquals(answers.mixed.boxes, answers.binary.boxes);
  });

  await test.step("gets empty tensors where nothing is found", () => {
    const { boxes, labels, num_detections } = answers.nothing.shapes;
    assertEquals([boxes, labels, num_detections], [[0, 4], [0], [1]]);
    assertEquals(answers.nothing.num_detections, [0]);
  });

  for (
    const [what, status, message] of [
      ["model", "404", '"nope" as there are only'],
      ["metadata", "404", '"nope" as there are only'],
      ["output", "400", 'no output "masks"; there are boxes'],
      ["image", "415", "Cannot"],
      ["option", "400", '"score" must be at most 1'],
      ["batch", "400", "images of 1 to 16"],
    ] as const
  ) {
    await test.step(`raises our message for a wrong ${what}`, () => {
      assertEquals(answers.errors[what]?.status, status);
      assertStringIncludes(answers.errors[what].message, message);
    });
  }
});

/** Boxes and scores are 32-bit floats of what `POST /detect` writes. */
function assertSame(found: Found, detections: readonly Detection[]): void {
  assertEquals(
    found.boxes.map((box) => box.map(Math.fround)),
    detections.map(({ box }) => [box.xmin, box.ymin, box.xmax, box.ymax].map(Math.fround)),
  );
  assertEquals(found.scores, detections.map(({ score }) => Math.fround(score)));
  assertEquals(found.class_ids, detections.map(({ classId }) => classId));
  assertEquals(found.labels, detections.map(({ label }) => label));
  assertEquals(found.num_detections, [detections.length]);
}

async function detect(url: string, body: Uint8Array<ArrayBuffer>): Promise<Detection[]> {
  const response = await fetch(`${url}/detect?score=0.05&max=5`, { method: "POST", body });
  return (await response.json()).detections;
}

// deno-lint-ignore no-explicit-any -- what the script prints, part by part
async function askedByTriton(url: string, image: Image): Promise<any> {
  const bin = await pythonTools(new URL("requirements.txt", HERE));
  const folder = await Deno.makeTempDir();
  try {
    const [file, pixels] = [`${folder}/image`, `${folder}/pixels`];
    await Deno.writeFile(file, image.file);
    if (image.pixels) await Deno.writeFile(pixels, image.pixels);
    const raw = image.pixels ? [pixels, `${image.width}`, `${image.height}`] : [];
    const { success, stdout, stderr } = await new Deno.Command(new URL("python", bin), {
      args: [new URL("triton_client.py", HERE).pathname, new URL(url).host, file, ...raw],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    return JSON.parse(new TextDecoder().decode(stdout));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function drawnOrange(): Image {
  const pixels = drawFruit(640, 480, [ORANGE]);
  return { file: encodePng(pixels), pixels: pixels.data, width: 640, height: 480 };
}

/** Reads a 24-bit BMP: rows bottom up, BGR, without padding at this width. */
async function graceHopper(): Promise<Image> {
  const file = await Deno.readFile(new URL(HOPPER, SHARED));
  const view = new DataView(file.buffer);
  const start = view.getUint32(10, true);
  const width = view.getUint32(18, true);
  const height = view.getUint32(22, true);
  const pixels = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    const row = height - 1 - Math.floor(i / width);
    const from = start + 3 * (row * width + i % width);
    pixels.set(file.subarray(from, from + 3).toReversed(), 3 * i);
  }
  return { file, pixels, width, height };
}
