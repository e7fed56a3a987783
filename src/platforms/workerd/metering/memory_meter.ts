/** Bytes that are held at one moment. */
export interface MemoryUse {
  /** In the memories of all WebAssembly instances: the engine's and the decoders'. */
  readonly wasm: number;
  /** In buffers beside them. */
  readonly buffers: number;
}

/** Says that what was counted is not needed any more. */
export type Release = () => void;

/** What a task gave, and what it took. */
export interface Passing<Result> {
  /** What it gave. */
  readonly result: Result;
  /** The memories of the instances that it made. */
  readonly memories: readonly WebAssembly.Memory[];
  /** To be called once those are not needed any more. */
  readonly release: Release;
}

/**
 * Counts the memory of WebAssembly instances and of buffers for as long as somebody needs them.
 *
 * Platforms that limit memory tell nobody how much of it is in use. The sum leaves out what only
 * they know: compiled code, the JavaScript heap, and what the garbage collector has yet to take. It
 * counts bytes and refers to nothing that may go, since a WeakRef keeps alive what is young.
 */
export class MemoryMeter {
  /** Those that stay. */
  readonly #memories = new Set<WebAssembly.Memory>();
  /** Those that were made since a passing task began. */
  #made: WebAssembly.Memory[] | undefined;
  #passing = 0;
  #buffers = 0;
  readonly #spans = new Set<{ peak: MemoryUse }>();

  /**
   * Counts every memory that is made from here on, by JavaScript or as an instance's export.
   *
   * `WebAssembly` itself is changed, for good: a meter is for finding out, not for every day.
   */
  watchWasm(): void {
    const { Instance, Memory, instantiate } = WebAssembly;
    const takeExports = ({ exports }: WebAssembly.Instance) => {
      for (const value of Object.values(exports)) {
        if (value instanceof Memory) this.#add(value);
      }
    };
    Object.assign(WebAssembly, {
      Memory: watched(Memory, (memory) => this.#add(memory)),
      Instance: watched(Instance, takeExports),
      instantiate: async (source: BufferSource, imports?: WebAssembly.Imports) => {
        const made: unknown = await instantiate(source, imports);
        const { instance = made } = made as { instance?: unknown };
        takeExports(instance as WebAssembly.Instance);
        return made;
      },
    });
  }

  /** Counts the whole buffer below a view. */
  hold({ buffer }: ArrayBufferView): Release {
    const bytes = buffer.byteLength;
    this.#buffers += bytes;
    this.sample();
    return once(() => this.#buffers -= bytes);
  }

  /** Runs a task whose instances are needed until their release, and not for good. */
  passing<Result>(task: () => Result): Passing<Result> {
    const memories: WebAssembly.Memory[] = this.#made = [];
    try {
      const result = task();
      const bytes = sizeOf(memories);
      this.#passing += bytes;
      this.sample();
      return { result, memories, release: once(() => this.#passing -= bytes) };
    } finally {
      this.#made = undefined;
    }
  }

  /** What is held now. */
  get now(): MemoryUse {
    return { wasm: sizeOf(this.#memories) + this.#passing, buffers: this.#buffers };
  }

  /** Compares what is held now with the peaks of all spans. Wasm memory only grows: after is enough. */
  sample(): void {
    const { now } = this;
    for (const span of this.#spans) {
      if (total(now) > total(span.peak)) span.peak = now;
    }
  }

  /** Runs a task, and tells what was held when the most was, for whomever. */
  async peakOf<Result>(task: () => Promise<Result>): Promise<{ result: Result; peak: MemoryUse }> {
    const span = { peak: this.now };
    this.#spans.add(span);
    try {
      const result = await task();
      this.sample();
      return { result, peak: span.peak };
    } finally {
      this.#spans.delete(span);
    }
  }

  #add(memory: WebAssembly.Memory): void {
    if (this.#made !== undefined) this.#made.push(memory);
    else this.#memories.add(memory);
    this.sample();
  }
}

/** A class that tells of everything that is made of it. */
function watched<Made extends object, Args extends unknown[]>(
  constructor: new (...args: Args) => Made,
  tell: (made: Made) => void,
): new (...args: Args) => Made {
  return new Proxy(constructor, {
    construct(target, args) {
      const made = new target(...args as Args);
      tell(made);
      return made;
    },
  });
}

function once(release: Release): Release {
  let released = false;
  return () => {
    if (!released) release();
    released = true;
  };
}

function sizeOf(memories: Iterable<WebAssembly.Memory>): number {
  let bytes = 0;
  for (const { buffer } of memories) bytes += buffer.byteLength;
  return bytes;
}

function total({ wasm, buffers }: MemoryUse): number {
  return wasm + buffers;
}
