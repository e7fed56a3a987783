import { createDetector, DomainError, type EmbeddedDetector, type Fetcher } from "retinanet-edge";

interface Environment {
  /** Static assets with the files of the model. */
  readonly ASSETS: Fetcher;
}

/** Detector of this isolate. It outlives the request that loads it. */
let opening: Promise<EmbeddedDetector> | undefined;

export default {
  /** Counts the objects in a photo: `{"cat": 2, "person": 1}`. */
  async fetch(
    request: Request,
    environment: Environment,
    context: { waitUntil(promise: Promise<unknown>): void },
  ): Promise<Response> {
    if (request.method !== "POST" || !request.body) {
      return new Response("Send a photo with POST\n", { status: 405, headers: { allow: "POST" } });
    }
    const detector = detectorOf(environment);
    // Finishes loading even if the client disconnects.
    context.waitUntil(detector.catch(() => {}));
    try {
      const { detections } = await (await detector).detect(request.body, { scoreThreshold: 0.6 });
      return Response.json(countsOf(detections.map(({ label }) => label)));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return Response.json({ code: error.code, detail: error.message }, { status: 422 });
    }
  },
};

function detectorOf({ ASSETS }: Environment): Promise<EmbeddedDetector> {
  return opening ??= createDetector({ model: "everyday8", assets: ASSETS }).catch((error) => {
    opening = undefined;
    throw error;
  });
}

function countsOf(labels: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const label of labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}
