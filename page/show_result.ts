import type { Detection, DetectResult } from "../src/ports/detector.ts";
import { colour } from "./draw_boxes.ts";
import { at, element, percent, swatch } from "./elements.ts";
import type { ClassCount } from "./filter.ts";

/** Lists detections. Pointing at one, or moving the focus to it, highlights its box. */
export function showFound(detections: readonly Detection[], boxes: readonly HTMLElement[]): void {
  const overlay = at("overlay", HTMLDivElement);
  const items = detections.map((detection, i) => {
    const { label, score, classId } = detection;
    const button = element("button", "", swatch(), `${label} `, element("b", "", percent(score)));
    button.type = "button";
    button.title = placeOf(detection);
    colour(button, classId);
    const choose = (isChosen: boolean) => {
      overlay.toggleAttribute("data-chosen", isChosen);
      boxes[i]?.classList.toggle("chosen", isChosen);
    };
    for (const type of ["pointerenter", "focus"]) button.addEventListener(type, () => choose(true));
    for (const type of ["pointerleave", "blur"]) button.addEventListener(type, () => choose(false));
    return element("li", "", button);
  });
  at("found", HTMLOListElement).replaceChildren(...items);
  overlay.removeAttribute("data-chosen");
}

/** Describes the place of a detection, for people who do not see the box. */
function placeOf({ box }: Detection): string {
  const [left, top, right, bottom] = [box.xmin, box.ymin, box.xmax, box.ymax].map(Math.round);
  return `left ${left}, top ${top}, right ${right}, bottom ${bottom} pixels`;
}

/**
 * Shows one button per class with its number of detections.
 *
 * @param hidden Ids of the classes that are hidden.
 * @param toggle Called when the person presses the button of a class.
 */
export function showChips(
  counts: readonly ClassCount[],
  hidden: ReadonlySet<number>,
  toggle: (classId: number) => void,
): void {
  const list = at("chips", HTMLUListElement);
  const focused = focusedClass();
  const items = counts.map(({ classId, label, count }) => {
    const chip = element("button", "chip", swatch(), `${label} `, element("b", "", String(count)));
    chip.type = "button";
    chip.dataset.classId = String(classId);
    chip.setAttribute("aria-pressed", String(!hidden.has(classId)));
    colour(chip, classId);
    chip.addEventListener("click", () => toggle(classId));
    return element("li", "", chip);
  });
  list.replaceChildren(...items);
  list.querySelector<HTMLElement>(`[data-class-id="${focused}"]`)?.focus();
}

/** Returns the class of the chip that has the focus, which redrawing would lose. */
function focusedClass(): string | undefined {
  const { activeElement } = document;
  return activeElement instanceof HTMLElement ? activeElement.dataset.classId : undefined;
}

/** Lists the classes of a model. */
export function showClasses(labels: readonly string[]): void {
  const items = labels.map((label, classId) => {
    const item = element("li", "", swatch(), label);
    colour(item, classId);
    return item;
  });
  at("classes", HTMLUListElement).replaceChildren(...items);
}

/** Stages of a detection and their names. */
const STAGES = [
  ["decode", "decoding"],
  ["preprocess", "scaling"],
  ["inference", "network"],
  ["postprocess", "boxes"],
] as const;

/** Shows the engine and the time of each stage. */
export function showFacts({ engine, image, timing }: DetectResult): void {
  const { provider, threads } = engine;
  const place = at("engine", HTMLElement);
  place.textContent = provider === "webgpu"
    ? "WebGPU"
    : `CPU, ${threads} ${threads === 1 ? "thread" : "threads"}`;
  at("size", HTMLElement).textContent = `${image.width} × ${image.height}`;
  at("total", HTMLElement).textContent = `${Math.round(timing.total)} ms`;
  at("stages", HTMLDivElement).replaceChildren(...STAGES.map(([stage]) => {
    const part = swatch(stage);
    part.style.flex = `${timing[stage]} 0 auto`;
    return part;
  }));
  at("legend", HTMLUListElement).replaceChildren(...STAGES.map(([stage, name]) => {
    const time = element("span", "", `${Math.round(timing[stage])} ms`);
    return element("li", "", swatch(stage), name, time);
  }));
}
