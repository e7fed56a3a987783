import type { Detection } from "../src/ports/detector.ts";
import { drawBoxes, placeLabels } from "./draw_boxes.ts";
import { at } from "./elements.ts";
import { countClasses, detectionsFor, lowestThreshold, type Thresholds } from "./filter.ts";
import { MAX_CANDIDATES, MIN_SCORE, type PageModel, type RunResult } from "./runner.ts";
import { showChips, showFacts, showFound } from "./show_result.ts";
import { say } from "./status.ts";

const overlay = at("overlay", HTMLDivElement);
const photo = at("photo", HTMLImageElement);
const score = at("score", HTMLInputElement);
const iou = at("iou", HTMLInputElement);

/** Result of the displayed photo, with the thresholds and classes that the person chose. */
export class ResultView {
  #result: RunResult | null = null;
  #model: PageModel | null = null;
  #hidden = new Set<number>();
  #shown: readonly Detection[] = [];
  #boxes: readonly HTMLElement[] = [];

  /** Lets the sliders act on this view. */
  constructor() {
    for (const slider of [score, iou]) slider.addEventListener("input", () => this.render());
    new ResizeObserver(() => placeLabels(overlay, this.#boxes)).observe(overlay);
  }

  /** Result on display, or null. */
  get result(): RunResult | null {
    return this.#result;
  }

  /** Detections on display, best first. */
  get shown(): readonly Detection[] {
    return this.#shown;
  }

  /** Ids of the hidden classes. */
  get hidden(): ReadonlySet<number> {
    return this.#hidden;
  }

  /** Thresholds of the sliders. */
  get thresholds(): Thresholds {
    return { score: score.valueAsNumber / 100, iou: iou.valueAsNumber / 100 };
  }

  /** Sets the sliders to the thresholds of a model. */
  useModel(model: PageModel): void {
    if (this.#model?.id !== model.id) {
      score.value = String(Math.round(model.rules.score * 100));
      iou.value = String(Math.round((model.rules.nms?.iou ?? 1) * 100));
      this.#hidden.clear();
    }
    this.#model = model;
    at("iou-field", HTMLElement).hidden = model.rules.nms === null;
    this.#showThresholds();
  }

  /** Removes the result. */
  clear(): void {
    this.#result = null;
    this.#shown = this.#boxes = [];
    overlay.replaceChildren();
    this.#reveal(false);
  }

  /** Shows a result. */
  show(result: RunResult, model: PageModel): void {
    this.#result = result;
    this.useModel(model);
    const asked = {
      score: Math.min(MIN_SCORE, model.rules.score),
      max: Math.max(MAX_CANDIDATES, model.rules.limit),
    };
    score.min = String(Math.ceil(lowestThreshold(result.detections, asked) * 100));
    this.#reveal(true);
    showFacts(result);
    this.render();
  }

  /** Shows the detections for the current thresholds and classes. */
  render(): void {
    this.#showThresholds();
    if (this.#result === null || this.#model === null) return;
    const { detections, image } = this.#result;
    const kept = detectionsFor(detections, this.#model.rules, this.thresholds);
    this.#shown = kept.filter(({ classId }) => !this.#hidden.has(classId));
    this.#boxes = drawBoxes(overlay, this.#shown, image);
    showFound(this.#shown, this.#boxes);
    showChips(countClasses(kept), this.#hidden, (classId) => this.#toggle(classId));
    say(summary(this.#shown.length, kept.length, detections.length));
    const labels = countClasses(this.#shown).map(({ label }) => label);
    photo.alt = labels.length > 0 ? `The photo, with ${labels.join(", ")}` : "The photo";
  }

  #toggle(classId: number): void {
    if (!this.#hidden.delete(classId)) this.#hidden.add(classId);
    this.render();
  }

  #showThresholds(): void {
    const { score: above, iou: overlap } = this.thresholds;
    at("score-text", HTMLOutputElement).value = `${Math.round(above * 100)} %`;
    at("iou-text", HTMLOutputElement).value = `${Math.round(overlap * 100)} %`;
  }

  #reveal(isThere: boolean): void {
    for (const id of ["result", "sliders", "facts", "exports"]) {
      at(id, HTMLElement).hidden = !isThere;
    }
  }
}

/** Says in words how many objects are shown, and which control shows more. */
function summary(shown: number, kept: number, candidates: number): string {
  if (shown > 0) return `${shown} ${shown === 1 ? "object" : "objects"} found`;
  if (kept > 0) return "All classes are hidden; press one to show it";
  return candidates > 0 ? "Nothing above this score; move the slider" : "Nothing found";
}
