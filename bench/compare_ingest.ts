import process from "node:process";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { pathToFileURL } from "node:url";
import { textTable } from "../src/commands/shared/text_table.ts";
import { cameraJpeg } from "../tests/sample_images/camera_jpeg.ts";
import { sceneJpeg } from "../tests/sample_images/fruit_scene.ts";
import { measurementOf } from "./stopwatch.ts";

// deno run -A --lock=tests/deno.lock bench/compare_ingest.ts --before FOLDER [--rounds N] [FILE...]
// Times the ingest, from a JPEG to the tensor, of another checkout and of this one in turn. Without
// files: a drawn image of 1080p, and one of 12 megapixels. Prints CPU time, which other programs on
// the machine hardly change.

const MODELS = ["everyday8", "retinanet-9"] as const;

/** Ingest of a checkout: decodes a file and fills the input tensor of a model. */
type Ingest = (bytes: Uint8Array, model: string) => void;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { before: { type: "string" }, rounds: { type: "string", default: "40" } },
  });
  if (values.before === undefined) throw new TypeError("Cannot compare as --before is missing");
  const folders = [pathToFileURL(`${resolve(values.before)}/`), new URL("../", import.meta.url)];
  const ingests = await Promise.all(folders.map(openIngest));
  const files = await Promise.all(
    positionals.map(async (file) => [file, await Deno.readFile(file)] as const),
  );
  const drawn = [["1920x1080", await sceneJpeg()], ["4000x3000", await cameraJpeg()]] as const;
  const rows = (files.length > 0 ? files : drawn).flatMap(([name, bytes]) =>
    MODELS.map((model) => {
      const [one, other] = measureInTurn(ingests, bytes, model, Number(values.rounds));
      const times = [one!.median, other!.median, one!.least, other!.least];
      return [name, model, ...times.map((ms) => ms.toFixed(1))];
    })
  );
  const head = ["image", "model", "before, median ms", "after", "before, least ms", "after"];
  console.log(textTable(head, rows));
}

/** Times each ingest in each round; a tenth more rounds come first and do not count. */
function measureInTurn(
  ingests: readonly Ingest[],
  bytes: Uint8Array,
  model: string,
  rounds: number,
) {
  const times = ingests.map((): number[] => []);
  for (let round = -Math.ceil(rounds / 10); round < rounds; round++) {
    for (const [i, ingest] of ingests.entries()) {
      const before = process.cpuUsage();
      ingest(bytes, model);
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) times[i]!.push((user + system) / 1000);
    }
  }
  return times.map((own) => measurementOf(model, own));
}

/** Loads the modules of a checkout. */
async function openIngest(folder: URL): Promise<Ingest> {
  const load = (path: string) => import(new URL(path, folder).href);
  const { decodeImage, inputOf } = await load("src/detect/preprocess.ts");
  const { parseManifest } = await load("src/manifest/manifest.ts");
  const { hostRuntime } = await load("src/platforms/host/runtime.ts");
  const { DEFAULT_IMAGE_LIMITS } = await load("src/image/limits.ts");
  const { codec } = await hostRuntime({ threads: 1 });
  const manifests = new Map(
    await Promise.all(MODELS.map(async (model) => {
      const text = await Deno.readTextFile(new URL(`models/${model}.json`, folder));
      return [model as string, parseManifest(JSON.parse(text))] as const;
    })),
  );
  return (bytes, model) => {
    const manifest = manifests.get(model);
    inputOf(decodeImage(bytes, manifest, codec, DEFAULT_IMAGE_LIMITS), manifest, codec);
  };
}

if (import.meta.main) await main();
