import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";
import { createDetector } from "../../src/detect/detector.ts";
import { denoRuntime } from "../../src/runtime/deno_runtime.ts";
import { comparable, type Golden, readGolden } from "../../src/entry/golden_file.ts";
import { goldenDifferences } from "../../src/eval/golden_differences.ts";

// deno-lint-ignore no-explicit-any -- properties are set by their path
type Json = any;

/** A property of the manifest with a value that must make every golden of the family fail. */
interface Twin {
  readonly claim: string;
  /** Path with dots. */
  readonly property: string;
  readonly value: unknown;
}

const GOLDENS = new URL("goldens/", import.meta.url);
/** Five times tighter on edges than a person would ask for, so that wrong twins show. */
const TOLERANCE = { score: 1e-4, box: 0.01 };
const runtime = await denoRuntime({ threads: 1 });

for (const family of await foldersOf(GOLDENS)) {
  const folder = new URL(`${family}/`, GOLDENS);
  const manifest = await readJson(new URL("manifest.json", folder)).catch(() => null);
  // What has no manifest of its own is tested beside its model: see fpnlite_test.ts.
  if (manifest === null) continue;
  const goldens = await goldensOf(folder);
  const twins = await readJson(new URL("twins.json", folder)) as Twin[];

  Deno.test(`the goldens of ${family} say enough`, () => {
    assert(goldens.length >= 3, `${goldens.length} pictures`);
    assert(twins.length >= 2, `${twins.length} twins`);
    for (const { picture, detections } of goldens) {
      assert(detections.length >= 10, `${picture} has ${detections.length} detections`);
    }
  });

  for (const golden of goldens) {
    Deno.test(`createDetector() equals ${golden.framework} on ${family}/${basename(golden.picture)}`, async () => {
      assertEquals(await differences(manifest, folder, golden), []);
    });
  }

  for (const { claim, property, value } of twins) {
    Deno.test(`createDetector() differs from ${family} with ${claim}`, async () => {
      const twin = withProperty(manifest, property, value);
      for (const golden of goldens) {
        const found = await differences(twin, folder, golden);
        assert(found.length > 0, `${basename(golden.picture)} does not notice`);
      }
    });
  }
}

/** The whole way, from PNG bytes to boxes in source pixels, held against the framework's. */
async function differences(manifest: Json, folder: URL, golden: Golden): Promise<string[]> {
  const models = {
    ...runtime.models,
    manifest: () => Promise.resolve(manifest),
    graph: (_id: string, file: string) => Deno.readFile(new URL(file, folder)),
  };
  const detector = await createDetector({ ...runtime, models }, {
    model: "golden",
    engine: "wasm",
  });
  const picture = await Deno.readFile(golden.picture);
  const { detections } = await detector.detect(picture, { score: golden.score });
  await detector.close();
  return goldenDifferences(detections.map(comparable), golden.detections, TOLERANCE);
}

function withProperty(manifest: Json, property: string, value: unknown): Json {
  const copy = structuredClone(manifest);
  const path = property.split(".");
  const last = path.pop()!;
  const owner = path.reduce((part, key) => part[key], copy);
  assert(last in owner, `the manifest has no ${property}`);
  owner[last] = value;
  return copy;
}

async function goldensOf(folder: URL): Promise<Golden[]> {
  const files = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (/^\d+x\d+\.json$/.test(name)) files.push(name);
  }
  return Promise.all(files.sort().map((name) => readGolden(fileURLToPath(new URL(name, folder)))));
}

async function foldersOf(parent: URL): Promise<string[]> {
  const names = [];
  for await (const { name, isDirectory } of Deno.readDir(parent)) if (isDirectory) names.push(name);
  return names.sort();
}

async function readJson(file: URL): Promise<Json> {
  return JSON.parse(await Deno.readTextFile(file));
}
