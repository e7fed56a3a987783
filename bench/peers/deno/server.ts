import { createDetector } from "../../../src/platforms/host/embed.ts";

// Least that a server on Deno can do with this project's detector: no limits, no checks, no worker
// process. `deno serve --parallel` runs it in several threads. Setting: MODEL (id of a model).

const detector = await createDetector({
  model: Deno.env.get("MODEL") ?? "everyday8",
  engine: "native",
  threads: 1,
});

export default {
  async fetch(request) {
    const { detections } = await detector.detect(new Uint8Array(await request.arrayBuffer()));
    return Response.json({ detections });
  },
} satisfies Deno.ServeDefaultExport;
