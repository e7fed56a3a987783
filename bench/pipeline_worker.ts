import { createDetector } from "../src/detect/detector.ts";
import { manifestFor } from "../src/manifest/graph_files.ts";
import type { Provider } from "../src/ports/session.ts";
import { hostRuntime } from "../src/platforms/host/runtime.ts";

/** Message to this worker. */
export type Order =
  | {
    readonly kind: "open";
    readonly engine: Provider;
    readonly threads: number;
    readonly image: Uint8Array;
  }
  | { readonly kind: "session.run" | "detector.detect" };

interface Port {
  postMessage(ms: number): void;
  onmessage: ((event: MessageEvent<Order>) => void) | null;
}

const port = globalThis as unknown as Port;
const model = "everyday8";
let tasks: Record<"session.run" | "detector.detect", () => Promise<unknown>> | undefined;

// Times the engine and the detector on the thread that runs them, without the time of messages.
port.onmessage = async ({ data }) => {
  const started = performance.now();
  if (data.kind === "open") await open(data);
  else await tasks![data.kind]();
  port.postMessage(performance.now() - started);
};

async function open({ engine, threads, image }: Order & { kind: "open" }): Promise<void> {
  const runtime = await hostRuntime({ threads });
  const detector = await createDetector(runtime, { model, engine });
  const { graph } = manifestFor(await runtime.models.manifest(model), engine);
  const bytes = await runtime.models.graph(model, graph);
  const session = await runtime.openSession({ bytes }, engine);
  // A 16:9 image is resized to 320x180 and padded to 320x192.
  const data = new Float32Array(3 * 192 * 320);
  const input = { type: "float32", data, shape: [1, 3, 192, 320] } as const;
  tasks = {
    "session.run": () => session.run({ image: input }),
    "detector.detect": () => detector.detect(image),
  };
}
