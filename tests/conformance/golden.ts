import type { Detection } from "../../src/ports/detector.ts";
import type { Size } from "../../src/core/size.ts";

/** Detections that one request must find. */
export interface GoldenAnswer {
  /** Size of the upright image. */
  readonly image: Size;
  /** Best score first. */
  readonly detections: readonly Detection[];
}

/** Content of `golden.json`. */
export interface Golden {
  /** SHA-256 of each image. */
  readonly images: Readonly<Record<string, string>>;
  /** Answers by the keys of the cases. */
  readonly answers: Readonly<Record<string, GoldenAnswer>>;
  /** Codes of cases that may end in one of several codes, by the names of the cases. */
  readonly ends: Readonly<Record<string, string>>;
}

/** The committed file; `make_golden.ts` writes it. */
const FILE = new URL("golden.json", import.meta.url);

/** Form on disk: sizes as `448x336`; detections as score, left, top, right, bottom, id, label. */
interface GoldenFile {
  readonly images: Golden["images"];
  readonly ends: Golden["ends"];
  readonly answers: Readonly<
    Record<string, { readonly size: string; readonly found: readonly string[] }>
  >;
}

/** Reads the committed file. */
export async function readGolden(): Promise<Golden> {
  const { images, ends, answers }: GoldenFile = JSON.parse(await Deno.readTextFile(FILE));
  const read = Object.entries(answers).map(([key, { size, found }]) => {
    const [width, height] = numbersOf(size, "x", 2) as [number, number];
    return [key, { image: { width, height }, detections: found.map(detectionOf) }] as const;
  });
  return { images, ends, answers: Object.fromEntries(read) };
}

/** Returns the golden answer with this key. */
export function goldenAnswer({ answers }: Golden, key: string): GoldenAnswer {
  const answer = answers[key];
  if (answer === undefined) {
    throw new RangeError(`Cannot find "${key}" in golden.json: run make_golden.ts`);
  }
  return answer;
}

/** Writes the file in the form of `deno fmt`. */
export async function writeGolden({ images, ends, answers }: Golden): Promise<void> {
  const written = Object.entries(answers).map(([key, { image, detections }]) =>
    [key, { size: `${image.width}x${image.height}`, found: detections.map(lineOf) }] as const
  );
  const file: GoldenFile = { images, ends, answers: Object.fromEntries(written) };
  await Deno.writeTextFile(FILE, JSON.stringify(file));
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", FILE.pathname] }).output();
}

type Six = [number, number, number, number, number, number];

function numbersOf(text: string, separator: string, count: number): number[] {
  const numbers = text.split(separator).slice(0, count).map(Number);
  if (numbers.length === count && numbers.every(Number.isFinite)) return numbers;
  throw new SyntaxError(`Cannot read golden.json as it must hold ${count} numbers: "${text}"`);
}

function detectionOf(line: string): Detection {
  const [score, xmin, ymin, xmax, ymax, classId] = numbersOf(line, " ", 6) as Six;
  const label = line.split(" ").slice(6).join(" ");
  return { label, classId, score, box: { xmin, ymin, xmax, ymax } };
}

function lineOf({ label, classId, score, box }: Detection): string {
  return [score, box.xmin, box.ymin, box.xmax, box.ymax, classId, label].join(" ");
}
