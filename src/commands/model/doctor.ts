import { writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { detectorOf } from "../../detect/detector.ts";
import { warmUp } from "../../detect/first_run.ts";
import { type LoadedModel, loadModel } from "../../detect/load_model.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import { processRuntime } from "../../platforms/host/process_runtime.ts";
import type { DetectResult } from "../../ports/detector.ts";
import type { Runtime } from "../../ports/runtime.ts";
import { detectionSvg } from "../output/detections.ts";
import { escapeXml } from "../../draw/overlay_svg.ts";
import {
  engineOption,
  jsonOption,
  readArguments,
  readImageFile,
  threshold,
  usageOf,
  variantsOption,
} from "../shared/arguments.ts";
import type { CommandSpec } from "../shared/command_spec.ts";
import { numberOption } from "../shared/number_option.ts";
import { DEADLINES } from "../shared/open_detector.ts";
import { type CommandIo, type CommandMain, commandMain } from "../shared/run_command.ts";
import { tryVariations } from "./variations.ts";

const SPEC = {
  name: "model doctor",
  summary:
    `Try the alternatives of each property of a manifest on a photo, and write a page that shows
the boxes of each side by side. The right manifest has tight boxes with high scores.`,
  operands: "ID|MANIFEST",
  options: {
    image: z.string()
      .meta({ value: "FILE", description: "photo with objects that the model knows" }),
    out: z.string().optional()
      .meta({ value: "FILE", description: "page to write (FILE.doctor.html)" }),
    score: numberOption(threshold).optional()
      .meta({ value: "S", description: "score threshold, 0 to 1 (from the manifest)" }),
    engine: engineOption,
    variants: variantsOption,
    json: jsonOption,
  },
} satisfies CommandSpec;

/** Detections with the unchanged manifest, or with a manifest that differs in one property. */
interface Trial {
  /** Changed property with its value. */
  readonly change: string;
  /** Description of the effect that a wrong value has on the detections. */
  readonly symptom: string;
  readonly result: DetectResult;
}

/** Runs `deno task model doctor`. */
export const main: CommandMain = commandMain(doctor, SPEC);

async function doctor(args: readonly string[], io: CommandIo): Promise<void> {
  const { values, files } = readArguments(args, SPEC, io);
  const [model] = files;
  if (model === undefined || files.length > 1) {
    throw new TypeError(`Cannot examine as one manifest is wanted.\n\n${usageOf(SPEC, io)}`);
  }
  const image = await readImageFile(values.image);
  const runtime = await processRuntime(DEADLINES, { variants: values.variants });
  const loaded = await loadModel(runtime, model, values.engine);
  try {
    await warmUp(loaded);
    const trials = await tryAll(runtime, loaded, image, values.score);
    const out = values.out ?? `${values.image}.doctor.html`;
    await writeFile(out, page(loaded.manifest, basename(values.image), image, trials));
    if (values.json) {
      const found = trials.map(({ change, symptom, result }) => {
        return { change, symptom, detections: result.detections };
      });
      return io.print(JSON.stringify({ page: out, trials: found }));
    }
    io.print(`Wrote ${out}: ${trials.length} manifests that differ, the best scores first`);
    for (const { change, result } of trials.slice(0, 5)) {
      io.print(`  ${change}: ${summary(result)}`);
    }
  } finally {
    await loaded.session.close();
  }
}

/**
 * Detects objects with the manifest and with each of its variations (manifests with one property
 * changed). Leaves out a variation that gives the same detections as an earlier one.
 */
async function tryAll(
  runtime: Runtime,
  { manifest, session }: LoadedModel,
  image: Uint8Array,
  scoreThreshold: number | undefined,
): Promise<Trial[]> {
  const detect = (each: Manifest) =>
    detectorOf(runtime, { manifest: each, session }).detect(image, { scoreThreshold });
  const own = await detect(manifest);
  const trials: Trial[] = [{ change: "as it is", symptom: "the manifest", result: own }];
  const seen = new Set([JSON.stringify(own.detections)]);
  for (const { change, symptom, result } of await tryVariations(manifest, detect)) {
    const text = JSON.stringify(result.detections);
    if (!seen.has(text)) trials.push({ change, symptom, result });
    seen.add(text);
  }
  return trials.sort((a, b) => confidence(b.result) - confidence(a.result));
}

/**
 * Returns the sum of the ten best scores. A manifest with a lower sum is less likely to be right,
 * because a wrong property usually lowers all scores.
 */
function confidence({ detections }: DetectResult): number {
  return detections.slice(0, 10).reduce((sum, { score }) => sum + score, 0);
}

function summary({ detections }: DetectResult): string {
  const best = detections[0]?.score.toFixed(3) ?? "none";
  return `${detections.length} found, best score ${best}`;
}

/** Returns an HTML page that needs no other files, because it also contains the photo. */
function page(
  { id }: Manifest,
  file: string,
  image: Uint8Array,
  trials: readonly Trial[],
): string {
  // Puts the photo into the page only once. Each drawing refers to this photo.
  let photo = "";
  const draw = (result: DetectResult) =>
    detectionSvg(image, { ...result, detections: result.detections.slice(0, 20) })
      .replace(/<image [^>]*>/, (element) => {
        photo = element;
        return '<use href="#photo"/>';
      });
  const figures = trials.map(({ change, symptom, result }) =>
    `<figure${change === "as it is" ? ' class="own"' : ""}>${draw(result)}<figcaption><b>${
      escapeXml(change)
    }</b><br>${summary(result)}<br>${escapeXml(symptom)}</figcaption></figure>`
  );
  const title = escapeXml(`${id} on ${file}`);
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>${title}</title>
<style>body{font:14px system-ui,sans-serif;margin:1em}
main{display:grid;grid-template-columns:repeat(auto-fill,minmax(20em,1fr));gap:1em}
figure{margin:0;border:1px solid #ccc;padding:.5em}.own{border:3px solid #06c}
svg{width:100%;height:auto}figcaption{overflow-wrap:anywhere}</style>
<h1>${title}</h1>
<p>One property differs in each image; the blue frame is the manifest as it is. The sum of the ten
best scores decides about the order. Judge by the boxes: they must be tight.</p>
<svg width="0" height="0" style="position:absolute"><defs>${
    photo.replace("<image", '<image id="photo"')
  }</defs></svg>
<main>${figures.join("\n")}</main></html>
`;
}
