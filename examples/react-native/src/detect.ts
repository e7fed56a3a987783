import type { DetectAnswer, Problem } from "retinanet-edge/client";
import { withRetries } from "./retry.ts";

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
  readonly status: number;

  constructor(code: string, status: number, detail: string) {
    super(detail);
    this.name = "DetectError";
    this.code = code;
    this.status = status;
  }
}

/**
 * Sends a photo to a server and returns the detections. A busy server is asked again.
 *
 * @throws {DetectError} If the server answers with an error.
 * @throws {TypeError} If the server cannot be reached.
 */
export async function detect(
  server: string,
  photo: Photo,
  { score, key, signal }: DetectOptions = {},
): Promise<DetectAnswer> {
  const send = () => {
    const form = new FormData();
    // React Native reads the file natively, without copying it into JavaScript.
    form.append("image", photo as Blob);
    if (score !== undefined) form.append("score", String(score));
    return fetch(`${server}/detect`, {
      method: "POST",
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
      body: form,
      ...(signal && { signal }),
    });
  };
  const response = await withRetries(send, signal);
  if (!response.ok) throw await readError(response);
  return await response.json();
}

/** Reads a problem. A proxy in front of the server may answer HTML instead. */
async function readError(response: Response): Promise<DetectError> {
  const { code, detail }: Partial<Problem> = await response.json().catch(() => ({}));
  return new DetectError(
    code ?? "http-error",
    response.status,
    detail ?? `The server answered ${response.status}`,
  );
}
