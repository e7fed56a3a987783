/** Edges of a box, in pixels of the upright photo: x right, y down. */
export interface Box {
  readonly xmin: number;
  readonly ymin: number;
  readonly xmax: number;
  readonly ymax: number;
}

export interface Detection {
  readonly label: string;
  readonly classId: number;
  readonly score: number;
  readonly box: Box;
}

/** Answer of the server; detections are sorted by score, best first. */
export interface Answer {
  readonly model: string;
  readonly image: { readonly width: number; readonly height: number };
  readonly detections: readonly Detection[];
}

/** Photo: a file on the phone, or its bytes. */
export type Photo = Blob | {
  readonly uri: string;
  readonly name: string;
  readonly type: string;
};

export interface DetectOptions {
  /** Score threshold, 0 to 1. Unset: the default of the model. */
  readonly score?: number;
  readonly key?: string;
  readonly signal?: AbortSignal;
}

/** Error of the server. `code` is stable, the message is for people. */
export class DetectError extends Error {
  readonly code: string;

  constructor(code: string, detail: string) {
    super(detail);
    this.name = "DetectError";
    this.code = code;
  }
}

/**
 * Sends a photo to a server and returns the detections.
 *
 * @throws {DetectError} If the server answers with an error.
 * @throws {TypeError} If the server cannot be reached.
 */
export async function detect(
  server: string,
  photo: Photo,
  { score, key, signal }: DetectOptions = {},
): Promise<Answer> {
  const form = new FormData();
  // React Native reads the file natively, without copying it into JavaScript.
  form.append("image", photo as Blob);
  if (score !== undefined) form.append("score", String(score));
  const response = await fetch(`${server}/detect`, {
    method: "POST",
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    body: form,
    ...(signal && { signal }),
  });
  const answer = await response.json();
  if (!response.ok) throw new DetectError(answer.code, answer.detail);
  return answer;
}
