import type { ImageCodec } from "../../../ports/image_codec.ts";
import type { Runtime } from "../../../ports/runtime.ts";
import type { Session } from "../../../ports/session.ts";
import type { MemoryMeter, Release } from "./memory_meter.ts";

/**
 * A runtime of which a meter sees the large buffers: graphs, images, tensors.
 *
 * Pixels are needed until they are a tensor, which is when a run begins, and a graph until its
 * session is open.
 */
export function meteredRuntime(runtime: Runtime, meter: MemoryMeter): Runtime {
  const pixels = new Held();
  return {
    ...runtime,
    codec: meteredCodec(runtime.codec, meter, pixels),
    async openSession(graph, engine) {
      const release = meter.hold(graph);
      try {
        const session = await runtime.openSession(graph, engine);
        meter.sample();
        return meteredSession(session, meter, pixels);
      } finally {
        release();
      }
    },
  };
}

/** Counts the pixels and all that the decoder took for them. */
function meteredCodec(codec: ImageCodec, meter: MemoryMeter, pixels: Held): ImageCodec {
  return {
    decode(bytes, header, atLeast) {
      pixels.release();
      const { result, memories, release } = meter.passing(() =>
        codec.decode(bytes, header, atLeast)
      );
      pixels.add(release);
      // Most decoders leave the pixels in their memory, which is counted.
      const { buffer } = result.data;
      if (!memories.some((memory) => memory.buffer === buffer)) {
        pixels.add(meter.hold(result.data));
      }
      return result;
    },
  };
}

function meteredSession(session: Session, meter: MemoryMeter, pixels: Held): Session {
  const outputs = new Held();
  return {
    ...session,
    async run(feeds) {
      const inputs = Object.values(feeds).map(({ data }) => meter.hold(data));
      pixels.release();
      try {
        const found = await session.run(feeds);
        outputs.release();
        for (const { data } of Object.values(found)) outputs.add(meter.hold(data));
        return found;
      } finally {
        for (const release of inputs) release();
      }
    },
  };
}

/** What is released together. */
class Held {
  #releases: Release[] = [];

  add(release: Release): void {
    this.#releases.push(release);
  }

  release(): void {
    for (const release of this.#releases.splice(0)) release();
  }
}
