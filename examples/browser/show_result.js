import { colourOf } from "./colour_of.js";

/** Lists detections. Pointing at one highlights its box. */
export function showFound(list, detections, boxes) {
  const overlay = boxes[0]?.parentElement;
  const items = detections.map(({ label, score, classId }, i) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    const swatch = document.createElement("i");
    swatch.style.setProperty("--colour", colourOf(classId));
    const share = document.createElement("b");
    share.textContent = `${Math.round(score * 100)} %`;
    button.append(swatch, label, share);
    const choose = (isChosen) => {
      overlay.toggleAttribute("data-chosen", isChosen);
      boxes[i].classList.toggle("chosen", isChosen);
    };
    for (const type of ["pointerenter", "focus"]) button.addEventListener(type, () => choose(true));
    for (const type of ["pointerleave", "blur"]) button.addEventListener(type, () => choose(false));
    item.append(button);
    return item;
  });
  list.replaceChildren(...items);
  overlay?.removeAttribute("data-chosen");
}

/** Stages of a detection and their labels. */
const STAGES = [
  ["decode", "decoding"],
  ["preprocess", "scaling"],
  ["inference", "network"],
  ["postprocess", "boxes"],
];

/** Shows the engine and the time of each stage. */
export function showFacts({ engine, image, timing }) {
  const at = (id) => document.getElementById(id);
  const threads = `${engine.threads} ${engine.threads === 1 ? "thread" : "threads"}`;
  at("engine").textContent = engine.provider === "webgpu" ? "WebGPU" : `CPU, ${threads}`;
  at("engine").title = engine.reason;
  at("size").textContent = `${image.width} × ${image.height}`;
  at("total").textContent = `${Math.round(timing.total)} ms`;
  at("stages").replaceChildren(...STAGES.map(([stage]) => {
    const part = swatch(stage);
    part.style.flex = `${timing[stage]} 0 auto`;
    return part;
  }));
  at("legend").replaceChildren(...STAGES.map(([stage, name]) => {
    const entry = document.createElement("span");
    const time = document.createElement("span");
    time.textContent = `${Math.round(timing[stage])} ms`;
    entry.append(swatch(stage), name, time);
    return entry;
  }));
  at("facts").hidden = false;
}

function swatch(stage) {
  const element = document.createElement("i");
  element.className = stage;
  return element;
}

/** Lists the classes of a model. */
export function showClasses(list, labels) {
  list.replaceChildren(...labels.map((label, classId) => {
    const item = document.createElement("li");
    const swatch = document.createElement("i");
    swatch.style.setProperty("--colour", colourOf(classId));
    item.append(swatch, label);
    return item;
  }));
}
