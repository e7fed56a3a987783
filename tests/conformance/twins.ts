import type { Detection, DetectResult } from "../../src/ports/detector.ts";

/** Change that makes a wrong server of a right one, or a near one. */
export interface Twin {
  /** Verb phrase for the name of the test. */
  readonly what: string;
  /** Changes an answer; returns undefined if the change does not apply. */
  readonly change: (answer: Answer) => Answer | undefined;
}

/** Answer of a server. */
export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: Partial<DetectResult> & { readonly code?: string; readonly type?: string };
}

type Detections = readonly Detection[];

/** Servers that are wrong in one way each. */
export const WRONG_TWINS: readonly Twin[] = [
  { what: "shifts boxes by 0.01 px", change: onFound((found) => found.map(shiftedBy(0.01))) },
  elsewhere("shifts boxes by 0.6 px", (found) => found.map(shiftedBy(0.6))),
  elsewhere("scores by 0.002 more", (found) => found.map(scoredBy(0.002))),
  elsewhere(
    "calls everything a banana",
    (found) => found.map((detection) => ({ ...detection, label: "banana" })),
  ),
  elsewhere(
    "gives other class ids",
    (found) => found.map((detection) => ({ ...detection, classId: detection.classId + 1 })),
  ),
  elsewhere("loses the best", (found) => found.slice(1)),
  elsewhere("gives the best twice", (found) => [...found.slice(0, 1), ...found]),
  elsewhere("gives the best last", (found) => found.toReversed()),
  { what: "names another model", change: onBody("detections", { model: "another" }) },
  {
    what: "gives another size",
    change: onBody("detections", { image: { width: 1, height: 1 } }),
  },
  { what: "has another code", change: onBody("code", { code: "busy" }) },
  { what: "writes another status than it has", change: onBody("code", { status: 500 }) },
  { what: "has another type of problem", change: onBody("code", { type: "about:blank" }) },
  {
    what: "calls truncated images corrupt",
    change: ({ body, ...answer }) =>
      body.code !== "truncated-image"
        ? undefined
        : { ...answer, body: { ...body, code: "corrupt-image", type: "/problems/corrupt-image" } },
  },
  { what: "has another status", change: (answer) => ({ ...answer, status: 418 }) },
  { what: "sends plain JSON", change: (answer) => ({ ...answer, type: "application/json" }) },
  {
    what: "lets everybody in",
    change: ({ status, type }) =>
      status === 401 ? { status: 200, type, body: { detections: [] } } : undefined,
  },
];

/** Servers on another engine whose answers are near enough. */
export const NEAR_TWINS: readonly Twin[] = [
  elsewhere("shifts boxes by 0.4 px", (found) => found.map(shiftedBy(0.4))),
  elsewhere("scores by 0.0009 more", (found) => found.map(scoredBy(0.0009))),
];

/** Makes a twin on another engine than the golden answers, whose answers need only be near. */
function elsewhere(what: string, change: (found: Detections) => Detections): Twin {
  const engine = { provider: "webgpu", threads: 1, reason: "it is a twin" } as const;
  return {
    what: `${what} on another engine`,
    change: onFound(change, { engine }),
  };
}

function onFound(
  change: (found: Detections) => Detections,
  fields: Partial<DetectResult> = {},
): Twin["change"] {
  return ({ body, ...answer }) =>
    body.detections &&
    { ...answer, body: { ...body, ...fields, detections: change(body.detections) } };
}

/** Changes bodies that have this key. */
function onBody(key: keyof Answer["body"], fields: object): Twin["change"] {
  return ({ body, ...answer }) =>
    key in body ? { ...answer, body: { ...body, ...fields } } : undefined;
}

function shiftedBy(pixels: number): (detection: Detection) => Detection {
  return ({ box, ...detection }) => ({
    ...detection,
    box: { ...box, xmin: box.xmin + pixels, xmax: box.xmax + pixels },
  });
}

function scoredBy(more: number): (detection: Detection) => Detection {
  return (detection) => ({ ...detection, score: detection.score + more });
}
