import { LazyApp, type ServedApp } from "../../server/lazy_app.ts";
import { MemoryMeter, type MemoryUse, type Release } from "./metering/memory_meter.ts";

/**
 * {@linkcode LazyApp} that measures memory. The header `X-Memory` of a response has the peak of the
 * isolate during the request, in bytes: `peak=` is the sum of `wasm=` (WebAssembly memories) and
 * `buffers=` (bodies, graphs, images and tensors).
 */
export class MeteredApp {
  readonly #meter = new MemoryMeter();
  readonly #app: LazyApp;

  /**
   * Starts to count memory. The app stays closed.
   *
   * @param open Opens the app, whose memory the meter counts.
   */
  constructor(open: (meter: MemoryMeter) => Promise<ServedApp>) {
    this.#meter.watchWasm();
    this.#app = new LazyApp(() => open(this.#meter));
  }

  /** Opens the app, like {@linkcode LazyApp.start}. */
  start(): Promise<void> {
    return this.#app.start();
  }

  /** Answers a request, like {@linkcode LazyApp.fetch}. */
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

  /** Returns a request whose body is counted twice: its chunks, and the buffer that joins them. */
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
