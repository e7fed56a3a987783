import { MemoryMeter, type MemoryUse, type Release } from "./metering/memory_meter.ts";
import { LazyApp, type ServedApp } from "../../server/lazy_app.ts";

/**
 * A {@linkcode LazyApp} whose answers tell in `X-Memory` how many bytes the isolate held when it
 * held the most meanwhile: `peak=` the sum, of which `wasm=` in WebAssembly memories and `buffers=`
 * in the buffers of bodies, graphs, images and tensors.
 */
export class MeteredWorker {
  readonly #meter = new MemoryMeter();
  readonly #app: LazyApp;

  /** Starts to count; opens nothing yet. */
  constructor(open: (meter: MemoryMeter) => Promise<ServedApp>) {
    this.#meter.watchWasm();
    this.#app = new LazyApp(() => open(this.#meter));
  }

  /** As {@linkcode LazyApp.start}. */
  start(): Promise<void> {
    return this.#app.start();
  }

  /** As {@linkcode LazyApp.fetch}. */
  async fetch(request: Request): Promise<Response> {
    const chunks: Release[] = [];
    const watched = this.#watch(request, chunks);
    try {
      const { result, peak } = await this.#meter.peakOf(() => this.#app.fetch(watched));
      const response = new Response(result.body, result);
      response.headers.set("x-memory", headerOf(peak));
      return response;
    } finally {
      for (const release of chunks) release();
    }
  }

  /** A request whose body is counted: as it comes, and as the one buffer that is made of it. */
  #watch(request: Request, chunks: Release[]): Request {
    if (request.body === null) return request;
    const counted = request.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, controller) => {
          chunks.push(this.#meter.hold(chunk), this.#meter.hold(chunk));
          controller.enqueue(chunk);
        },
      }),
    );
    return new Request(request, { body: counted });
  }
}

function headerOf({ wasm, buffers }: MemoryUse): string {
  return `peak=${wasm + buffers}, wasm=${wasm}, buffers=${buffers}`;
}
