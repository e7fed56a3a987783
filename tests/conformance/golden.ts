import type { Detection } from "../../src/ports/detector.ts";
import type { Size } from "../../src/core/size.ts";

/** What must be found for one request. */
export interface GoldenAnswer {
  /** The upright image's size. */
  readonly image: Size;
  /** Best score first. */
  readonly detections: readonly Detection[];
}

/** What must be found, and in what. */
export interface Golden {
  /** SHA-256 of each photo. */
  readonly photos: Readonly<Record<string, string>>;
  /** By the key of a case. */
  readonly answers: Readonly<Record<string, GoldenAnswer>>;
  /** How cases end that may end in several ways, by their names. */
  readonly ends: Readonly<Record<string, string>>;
}

/** Where the committed one lies; `make_golden.ts` writes it. */
const FILE = new URL("golden.json", import.meta.url);

/** The size as `448x336`; a detection as score, left, top, right, bottom, class id and label. */
interface GoldenFile {
  readonly photos: Golden["photos"];
  readonly ends: Golden["ends"];
  readonly answers: Readonly<
    Record<string, { readonly size: string; readonly found: readonly string[] }>
  >;
}

/** Reads the committed one. */
export async function readGolden(): Promise<Golden> {
  const { photos, ends, answers }: GoldenFile = JSON.parse(await Deno.readTextFile(FILE));
  const read = Object.entries(answers).map(([key, { size, found }]) => {
    const [width, height] = size.split("x").map(Number);
    return [key, { image: { width, height }, detections: found.map(detectionOf) }] as const;
  });
  return { photos, ends, answers: Object.fromEntries(read) };
}

/** Writes it anew, as `deno fmt` would have it. */
export async function writeGolden({ photos, ends, answers }: Golden): Promise<void> {
  const written = Object.entries(answers).map(([key, { image, detections }]) =>
    [key, { size: `${image.width}x${image.height}`, found: detections.map(lineOf) }] as const
  );
  const file: GoldenFile = { photos, ends, answers: Object.fromEntries(written) };
  await Deno.writeTextFile(FILE, JSON.stringify(file));
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", FILE.pathname] }).output();
}

function detectionOf(line: string): Detection {
  const [score, xmin, ymin, xmax, ymax, classId] = line.split(" ").map(Number);
  const label = line.split(" ").slice(6).join(" ");
  return { label, classId, score, box: { xmin, ymin, xmax, ymax } };
}

function lineOf({ label, classId, score, box }: Detection): string {
  return [score, box.xmin, box.ymin, box.xmax, box.ymax, classId, label].join(" ");
}
