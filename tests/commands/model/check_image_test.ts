import { assertEquals, assertMatch } from "@std/assert";
import { main } from "../../../src/commands/model/main.ts";
import { runMain } from "../run_main.ts";

const GOLDENS = new URL("../../parity/goldens/", import.meta.url);

/** Runs `model check --image` with a golden's manifest, whose box weights are multiplied. */
async function checkImage(family: string, file: string, factor: number): Promise<string> {
  const golden = new URL(`${family}/`, GOLDENS);
  const folder = await Deno.makeTempDir();
  try {
    const manifest = JSON.parse(await Deno.readTextFile(new URL("manifest.json", golden)));
    if (factor !== 1) {
      manifest.boxes.weights = manifest.boxes.weights.map((weight: number) => weight * factor);
    }
    await Deno.writeTextFile(`${folder}/manifest.json`, JSON.stringify(manifest));
    await Deno.copyFile(
      new URL(manifest.graph.file, golden),
      `${folder}/${manifest.graph.file}`,
    );
    const image = new URL(file, golden).pathname;
    const options = [`${folder}/manifest.json`, "--image", image, "--engine", "wasm"];
    const { code, stdout, stderr } = await runMain(main, "check", ...options);
    assertEquals(code, 0, stderr);
    return stdout;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("deno task model check --image prints the detections of an image", async (test) => {
  for (
    const [family, file] of [["torchvision", "1000x300.png"], ["detectron2", "97x62.png"]] as const
  ) {
    await test.step(`${family}: no warning with the right box weights`, async () => {
      const text = await checkImage(family, file, 1);
      assertMatch(text, /\n[1-9]\d* detections in the image\n {2}.+ [01]\.\d{3} \[[\d., ]+\]/);
      assertEquals(text.includes("Warning"), false, text);
    });

    await test.step(`${family}: a warning with box weights that are far too small`, async () => {
      assertMatch(
        await checkImage(family, file, 1e-4),
        /Warning: \d+ of \d+ boxes are over 62\.5 times as wide or as high as their anchor: boxes\.weights/,
      );
    });
  }
});

Deno.test("checkImage() feeds the further inputs of a graph", async () => {
  assertMatch(
    await checkImage("extra-inputs", "333x901.png", 1),
    /\n[1-9]\d* detections in the image/,
  );
});
