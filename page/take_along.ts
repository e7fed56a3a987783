import type { Detection, DetectResult } from "../src/ports/detector.ts";
import type { Thresholds } from "./filter.ts";
import type { PageModel } from "./runner.ts";

/** Returns a result as the API returns it, with the detections that the page shows. */
export function resultJson(result: DetectResult, detections: readonly Detection[]): string {
  const { model, image, engine: { provider, threads }, timing } = result;
  const answer = { model, image, detections, engine: { provider, threads }, timing };
  return JSON.stringify(answer, null, 2);
}

/** Parts of a curl command. */
export interface CurlParts {
  /** URL of the route. */
  readonly url: URL;
  /** Name of the image file. */
  readonly file: string;
  /** Model. */
  readonly model: PageModel;
  /** Thresholds. */
  readonly thresholds: Thresholds;
  /** Ids of the classes that the page hides. */
  readonly hidden: ReadonlySet<number>;
  /** True if the server requires an API key. The command reads it from the variable `API_KEY`. */
  readonly needsKey: boolean;
}

/** Returns the command that sends the same request to the server. */
export function curlCommand(parts: CurlParts): string {
  const { url, file, model: { id, labels, rules }, thresholds, hidden, needsKey } = parts;
  const fields = [`score=${thresholds.score}`];
  if (rules.nms !== null) fields.push(`iou=${thresholds.iou}`);
  fields.push(`model=${id}`);
  if (hidden.size > 0) {
    fields.push(`classes=${labels.filter((_, classId) => !hidden.has(classId)).join(",")}`);
  }
  return [
    "curl",
    ...needsKey ? [`-H "X-API-Key: $API_KEY"`] : [],
    `-F ${quote(`image=@"${file.replaceAll(/["\\]/g, "\\$&")}"`)}`,
    ...fields.map((field) => `-F ${quote(field)}`),
    quote(url.href),
  ].join(" ");
}

/** Quotes a word for a POSIX shell, unless it needs no quotes. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Copies a text to the clipboard, also in pages over plain HTTP, which have no `clipboard`. */
export async function copyText(text: string): Promise<void> {
  if (isSecureContext) return await navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("aria-label", "Text to copy");
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  if (!isCopied) throw new Error("This browser does not let the page copy");
}

/** Saves a file to the person's downloads. */
export function saveFile(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
