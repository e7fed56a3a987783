import type { Case } from "../case.ts";
import { type Photos, STREET } from "../photos.ts";
import { KEY } from "../settings.ts";
import { golden } from "./golden_case.ts";

/** Score of everyday8's manifest, where no other is asked for. */
const DEFAULT_SCORE = 0.05;

/** Each option, in the query of one photo. */
export const OPTION_CASES: readonly Case[] = [
  inQuery("", DEFAULT_SCORE),
  inQuery("score=0.1", 0.1),
  inQuery("score=0.6", 0.6),
  inQuery("score=1", 1),
  inQuery("score=0.1&iou=0.1", 0.1),
  inQuery("score=0.1&iou=0.9", 0.1),
  inQuery("score=0.1&max=1", 0.1),
  inQuery("score=0.1&max=3", 0.1),
  inQuery("classes=bus&score=0.1", 0.1),
  inQuery("classes=person,car&score=0.1", 0.1),
  inQuery("classes=banana&score=0.3", 0.3),
  inQuery("score=0.2&iou=0.7&max=4&classes=car,bus,train&model=everyday8", 0.2),
];

function inQuery(query: string, score: number): Case {
  return golden(`takes ${query || "no option"}`, score, (photos) => [
    `/detect?${query}`,
    { method: "POST", body: photos.get(STREET)! },
  ]);
}

const OPTIONS = { score: "0.2", max: "5", classes: "car,bus,train,person" };
const QUERY = `/detect?${new URLSearchParams(OPTIONS)}`;

/** The ways in which a photo and its options may come; all say the same, so all find the same. */
export const WAY_CASES: readonly Case[] = ways([
  ["as a body without a type", (photos) => [QUERY, { method: "POST", body: street(photos) }]],
  ["as a body of its own type", (photos) => typed(photos, "image/jpeg")],
  ["as a body that claims another type", (photos) => typed(photos, "image/png")],
  [
    "as a body that claims to be a form, as curl sends it",
    (photos) => typed(photos, "application/x-www-form-urlencoded"),
  ],
  ["as a form with the options in it", (photos) => form(photos, "/detect", OPTIONS)],
  ["as a form with the options in the query", (photos) => form(photos, QUERY, {})],
  [
    "as a form that wins over the query",
    (photos) => form(photos, "/detect?score=0.9&max=1&classes=person", OPTIONS),
  ],
  ["as base64 in JSON", (photos) => json("/detect", base64(photos))],
  [
    "as a data URL in JSON",
    (photos) => json("/detect", `data:image/jpeg;base64,${base64(photos)}`),
  ],
  [
    "as JSON that wins over the query",
    (photos) => json("/detect?score=0.9&max=1&classes=person", base64(photos)),
  ],
  [
    "with the key as X-API-Key",
    (photos) => [QUERY, {
      method: "POST",
      body: street(photos),
      headers: { "x-api-key": KEY },
    }],
  ],
]);

function ways(rows: readonly (readonly [way: string, request: Case["request"]])[]): Case[] {
  return rows.map(([way, request]) => ({
    ...golden(`takes a photo ${way}`, 0.2, request),
    expected: { kind: "golden", key: "takes a photo in every way", score: 0.2 },
  }));
}

function street(photos: Photos) {
  return photos.get(STREET)!;
}

function base64(photos: Photos): string {
  return street(photos).toBase64();
}

function typed(photos: Photos, type: string): ReturnType<Case["request"]> {
  return [QUERY, { method: "POST", body: street(photos), headers: { "content-type": type } }];
}

function form(
  photos: Photos,
  path: string,
  fields: Readonly<Record<string, string>>,
): ReturnType<Case["request"]> {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  body.set("image", new File([street(photos)], "street.jpg", { type: "image/jpeg" }));
  return [path, { method: "POST", body }];
}

function json(path: string, image: string): ReturnType<Case["request"]> {
  const options = { score: 0.2, max: 5, classes: ["car", "bus", "train", "person"] };
  return [path, {
    method: "POST",
    body: JSON.stringify({ image, ...options }),
    headers: { "content-type": "application/json" },
  }];
}
