/** Memory in use, bytes. */
export interface MemoryUse {
  /** Memories of all WebAssembly instances: the engine and the decoders. */
  readonly wasm: number;
  /** Other buffers. */
  readonly buffers: number;
}

/** Stops counting something. */
export type Release = () => void;

/** Result of a task that created WebAssembly instances. */
export interface Transient<Result> {
  /** Return value of the task. */
  readonly result: Result;
  /** Memories of the instances. */
  readonly memories: readonly WebAssembly.Memory[];
  /** Stops counting the memories. Call it when they are garbage. */
  readonly release: Release;
}

/**
 * Counts the memory of WebAssembly instances and buffers while they are in use.
 *
 * Platforms that limit memory do not report its use. The count excludes compiled code, the
 * JavaScript heap and uncollected garbage, which a program cannot see. The meter keeps no reference
 * to transient objects, not even a WeakRef, because a WeakRef keeps young objects alive.
 */
export class MemoryMeter {
  /** Memories that live as long as the isolate. */
  readonly #memories = new Set<WebAssembly.Memory>();
  /** Memories created by the running `transient()` task, if one runs. */
  #created: WebAssembly.Memory[] | undefined;
  #transientBytes = 0;
  #buffers = 0;
  readonly #spans = new Set<{ peak: MemoryUse }>();

  /**
   * Counts every memory that is created from now on, by JavaScript or as an export of an instance.
   *
   * Patches the global `WebAssembly` permanently, so a meter is for diagnosis only.
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

  /** Counts the whole buffer of a view until it is released. */
  hold({ buffer }: ArrayBufferView): Release {
    const bytes = buffer.byteLength;
    this.#buffers += bytes;
    this.sample();
    return once(() => this.#buffers -= bytes);
  }

  /** Runs a task and counts the instances that it creates until they are released. */
  transient<Result>(task: () => Result): Transient<Result> {
    const memories: WebAssembly.Memory[] = this.#created = [];
    try {
      const result = task();
      const bytes = sizeOf(memories);
      this.#transientBytes += bytes;
      this.sample();
      return { result, memories, release: once(() => this.#transientBytes -= bytes) };
    } finally {
      this.#created = undefined;
    }
  }

  /** Memory in use now. */
  get now(): MemoryUse {
    return { wasm: sizeOf(this.#memories) + this.#transientBytes, buffers: this.#buffers };
  }

  /** Updates the peaks. Wasm memory never shrinks, so sampling after a task is enough. */
  sample(): void {
    const { now } = this;
    for (const span of this.#spans) {
      if (total(now) > total(span.peak)) span.peak = now;
    }
  }

  /**
   * Runs `task` and returns its result with the peak memory of the whole isolate meanwhile,
   * whichever request caused it.
   */
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
    if (this.#created !== undefined) this.#created.push(memory);
    else this.#memories.add(memory);
    this.sample();
  }
}

/** Returns a class like `constructor` that reports its instances. */
function watched<Instance extends object, Args extends unknown[]>(
  constructor: new (...args: Args) => Instance,
  onCreate: (instance: Instance) => void,
): new (...args: Args) => Instance {
  return new Proxy(constructor, {
    construct(target, args) {
      const instance = new target(...args as Args);
      onCreate(instance);
      return instance;
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
