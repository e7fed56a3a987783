import { LazyApp, type ServedApp } from "../../server/lazy_app.ts";
import { MemoryMeter, type MemoryUse, type Release } from "./metering/memory_meter.ts";

/**
 * App like {@linkcode LazyApp} that also measures the memory in use, for diagnosis. Each response
 * has a header `X-Memory` with the peak memory of the isolate (the Cloudflare Worker's own V8
 * instance) during the request.
 *
 * An example is `X-Memory: peak=60000000, wasm=50000000, buffers=10000000`. All numbers are bytes.
 * `wasm` is the size of all WebAssembly memories. `buffers` is the size of request bodies, graphs,
 * images and tensors. `peak` is the sum of `wasm` and `buffers`.
 */
export class MeteredApp {
  readonly #meter = new MemoryMeter();
  readonly #app: LazyApp;

  /**
   * Starts to count memory. Does not open the app yet.
   *
   * @param open Opens the app and reports its buffers to the given meter.
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

  /**
   * Returns the request with a body that reports its chunks to the memory meter. Each chunk counts
   * twice, because the app copies all chunks into one buffer.
   */
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
