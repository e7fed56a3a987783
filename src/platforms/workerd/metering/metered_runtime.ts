import type { ImageCodec } from "../../../ports/image_codec.ts";
import type { Runtime } from "../../../ports/runtime.ts";
import type { Session } from "../../../ports/session.ts";
import type { MemoryMeter, Release } from "./memory_meter.ts";

/**
 * Returns a runtime that works like `runtime` and reports its large buffers to a memory meter. The
 * large buffers are graphs, pixels of images, and tensors.
 *
 * The meter counts the pixels of an image until the model starts to run, and then the input tensor
 * instead. The pixels of an image in tiles count until the model runs on the last tile. The meter counts the bytes of a graph until the engine has loaded the graph.
 */
export function meteredRuntime(runtime: Runtime, meter: MemoryMeter): Runtime {
  const pixels = new Releases();
  return {
    ...runtime,
    codec: meteredCodec(runtime.codec, meter, pixels),
    async openSession(graph, engine) {
      const contents = [graph, ...(graph.variants ?? [])];
      const releases = contents.flatMap(({ bytes, data = [] }) => {
        return [bytes, ...data.map((file) => file.bytes)].map((file) => meter.hold(file));
      });
      try {
        const session = await runtime.openSession(graph, engine);
        meter.sample();
        return meteredSession(session, meter, pixels);
      } finally {
        for (const release of releases) release();
      }
    },
  };
}

/**
 * Returns a codec that reports the pixels of an image, and the memory of the decoder, to the meter.
 */
function meteredCodec(codec: ImageCodec, meter: MemoryMeter, pixels: Releases): ImageCodec {
  return {
    checkFormat: (format) => codec.checkFormat(format),
    decode(bytes, header, atLeast) {
      pixels.release();
      const { result, memories, release } = meter.transient(() =>
        codec.decode(bytes, header, atLeast)
      );
      pixels.add(release);
      // Most decoders return pixels inside their WebAssembly memory. The meter already counts this
      // memory.
      const { buffer } = result.data;
      if (!memories.some((memory) => memory.buffer === buffer)) {
        pixels.add(meter.hold(result.data));
      }
      return result;
    },
  };
}

function meteredSession(session: Session, meter: MemoryMeter, pixels: Releases): Session {
  const outputs = new Releases();
  return {
    ...session,
    async run(feeds, options) {
      const inputs = Object.values(feeds).map(({ data }) => meter.hold(data));
      if (!options?.keepsPixels) pixels.release();
      try {
        const found = await session.run(feeds, options);
        outputs.release();
        for (const { data } of Object.values(found)) outputs.add(meter.hold(data));
        return found;
      } finally {
        for (const release of inputs) release();
      }
    },
  };
}

/**
 * List of {@linkcode Release} functions. `release()` calls all these functions and empties the
 * list.
 */
class Releases {
  #releases: Release[] = [];

  add(release: Release): void {
    this.#releases.push(release);
  }

  release(): void {
    for (const release of this.#releases.splice(0)) release();
  }
}
