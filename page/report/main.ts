import { type OverlayBox, overlaySvg } from "../../src/draw/overlay_svg.ts";
import { at, element, percent } from "../elements.ts";

/** Image of the report. */
interface Card {
  readonly item: HTMLElement;
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly OverlayBox[];
  /** Boxes that pass the filters. */
  shown: readonly OverlayBox[];
}

const filters = at("filters", HTMLFormElement);
const list = at("images", HTMLOListElement);
const classes = at("classes", HTMLFieldSetElement);
const search = at("search", HTMLInputElement);
const score = at("score", HTMLInputElement);
const order = at("order", HTMLSelectElement);
const found = at("found", HTMLInputElement);
const viewer = at("viewer", HTMLDialogElement);

const cards = [...list.children].map((item) => readCard(item as HTMLElement));
let visible: readonly Card[] = cards;
let current: Card | undefined;

/** Reads the data of an image from its element. */
function readCard(item: HTMLElement): Card {
  const { name = "", width, height, boxes = "[]" } = item.dataset;
  const parsed = JSON.parse(boxes) as OverlayBox[];
  return { item, name, width: Number(width), height: Number(height), boxes: parsed, shown: parsed };
}

/** Adds a chip for each class, the most frequent first. */
function addClasses(): void {
  const counts = new Map<string, number>();
  for (const { label } of cards.flatMap(({ boxes }) => boxes)) {
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  for (const [label, count] of [...counts].sort(([, a], [, b]) => b - a)) {
    const input = element("input");
    input.type = "checkbox";
    input.name = "class";
    input.value = label;
    input.checked = true;
    classes.append(element("label", "", input, `${label} ${count}`));
  }
  classes.hidden = counts.size === 0;
}

/** Sets the lower end of the slider to the lowest score of the report. */
function setRange(): void {
  const scores = cards.flatMap(({ boxes }) => boxes.map((box) => box.score ?? 1));
  const lowest = scores.reduce((low, each) => Math.min(low, each), 1);
  score.min = String(Math.floor(lowest * 100) / 100);
  score.value = score.min;
}

/** Shows the images and boxes that pass the filters. */
function applyFilters(): void {
  const chosen = new Set(new FormData(filters).getAll("class").map(String));
  const words = search.value.trim().toLowerCase();
  const least = Number(score.value);
  at("score-value", HTMLOutputElement).value = least.toFixed(2);
  for (const card of cards) {
    const shown = card.boxes.filter((box) => chosen.has(box.label) && (box.score ?? 1) >= least);
    if (shown.length !== card.shown.length) draw(card.item, card, shown);
    card.shown = shown;
    card.item.hidden = !card.name.toLowerCase().includes(words) ||
      (found.checked && shown.length === 0);
    card.item.querySelector("span.count")!.textContent = summaryOf(shown);
  }
  sortCards();
  const objects = visible.reduce((sum, { shown }) => sum + shown.length, 0);
  at("summary", HTMLParagraphElement).textContent =
    `${visible.length} of ${cards.length} images, ${objects} objects`;
}

/** Sorts the images as chosen. The order of the inputs decides between equal ones. */
function sortCards(): void {
  const collator = new Intl.Collator("en", { numeric: true });
  const best = ({ shown }: Card) => shown.reduce((high, box) => Math.max(high, box.score ?? 0), 0);
  const compare: Record<string, (a: Card, b: Card) => number> = {
    input: () => 0,
    name: (a, b) => collator.compare(a.name, b.name),
    most: (a, b) => b.shown.length - a.shown.length,
    best: (a, b) => best(b) - best(a),
    worst: (a, b) => best(a) - best(b),
  };
  const sorted = [...cards].sort(compare[order.value]);
  if (sorted.some(({ item }, index) => list.children[index] !== item)) {
    list.append(...sorted.map(({ item }) => item));
  }
  visible = sorted.filter(({ item }) => !item.hidden);
}

/** Returns the labels with their counts, for example `2 cat, 1 car`. */
function summaryOf(boxes: readonly OverlayBox[]): string {
  const counts = new Map<string, number>();
  for (const { label } of boxes) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].map(([label, count]) => `${count} ${label}`).join(", ") || "nothing found";
}

/** Replaces the boxes over an image. */
function draw(parent: Element, { width, height }: Card, boxes: readonly OverlayBox[]): void {
  const drawing = new DOMParser().parseFromString(
    overlaySvg({ href: "", width, height }, boxes),
    "image/svg+xml",
  ).documentElement;
  drawing.querySelector("image")?.remove();
  drawing.setAttribute("aria-hidden", "true");
  parent.querySelector("svg")?.replaceWith(drawing);
}

/** Shows an image in the dialog. */
function view(card: Card): void {
  current = card;
  const { name, width, height, shown, item } = card;
  at("viewer-name", HTMLHeadingElement).textContent = `${name} (${width} × ${height})`;
  at("viewer-image", HTMLImageElement).src = item.querySelector("img")!.src;
  draw(viewer, card, shown);
  at("viewer-rows", HTMLTableSectionElement).replaceChildren(
    ...shown.map(({ label, score, box }) => {
      const edges = [box.xmin, box.ymin, box.xmax, box.ymax].map((edge) => edge.toFixed(1));
      const cells = [label, percent(score ?? 1), ...edges];
      return element("tr", "", ...cells.map((cell) => element("td", "", cell)));
    }),
  );
  if (!viewer.open) viewer.showModal();
}

/** Shows the next or the previous image. */
function move(by: number): void {
  const next = visible[visible.findIndex((card) => card === current) + by];
  if (next) view(next);
}

addClasses();
setRange();
filters.hidden = false;
applyFilters();
filters.addEventListener("input", applyFilters);
filters.addEventListener("submit", (event) => event.preventDefault());
at("clear", HTMLButtonElement).addEventListener("click", () => {
  filters.reset();
  for (const input of classes.querySelectorAll("input")) input.checked = true;
  score.value = score.min;
  applyFilters();
});
list.addEventListener("click", (event) => {
  const item = (event.target as Element).closest("button")?.closest("li");
  const card = cards.find((each) => each.item === item);
  if (card) view(card);
});
at("previous", HTMLButtonElement).addEventListener("click", () => move(-1));
at("next", HTMLButtonElement).addEventListener("click", () => move(1));
at("close", HTMLButtonElement).addEventListener("click", () => viewer.close());
viewer.addEventListener("keydown", ({ key }) => {
  if (key === "ArrowLeft") move(-1);
  if (key === "ArrowRight") move(1);
});
// Returns the focus to the image that was looked at last.
viewer.addEventListener("close", () => current?.item.querySelector("button")?.focus());
