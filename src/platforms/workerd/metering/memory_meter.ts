/** Memory that an isolate (an instance of V8 with its own heap) uses, in bytes. */
export interface MemoryUse {
  /** Bytes of all WebAssembly memories, which belong to the engine and the image decoders. */
  readonly wasm: number;
  /** Bytes of request bodies, graphs, images and tensors outside of WebAssembly memories. */
  readonly buffers: number;
}

/** Function that tells the meter to stop counting an object. Only the first call has an effect. */
export type Release = () => void;

/** Result of a task that creates WebAssembly instances, for example decoding an image. */
export interface Transient<Result> {
  /** Return value of the task. */
  readonly result: Result;
  /** WebAssembly memories of the instances that the task has created. */
  readonly memories: readonly WebAssembly.Memory[];
  /**
   * Tells the meter to stop counting `memories`. Call this function when the program no longer uses
   * these memories.
   */
  readonly release: Release;
}

/**
 * Memory meter: counts the bytes of WebAssembly memories and buffers that are in use.
 *
 * Cloudflare Workers limit memory but do not report how much memory is in use. The meter does not
 * count compiled code, JavaScript objects and garbage, because a program cannot see their size.
 *
 * The meter holds no reference to short-lived objects, because a reference would keep their memory
 * in use. A `WeakRef` would not help, because a new `WeakRef` also keeps its object in memory for a
 * while.
 */
export class MemoryMeter {
  /**
   * WebAssembly memories that stay in use as long as the isolate lives, such as the engine's
   * memory.
   */
  readonly #memories = new Set<WebAssembly.Memory>();
  /**
   * WebAssembly memories that the running task of `transient()` has created. Undefined if no task
   * of `transient()` runs.
   */
  #created: WebAssembly.Memory[] | undefined;
  #transientBytes = 0;
  #buffers = 0;
  readonly #spans = new Set<{ peak: MemoryUse }>();

  /**
   * Counts every WebAssembly memory that is created after this call. JavaScript code can create a
   * memory, or a WebAssembly instance can create and export it.
   *
   * This method replaces functions of the global object `WebAssembly` and never restores them. Use
   * a meter only for diagnosis.
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

  /** Counts the buffer of a typed array until the caller calls the returned function. */
  hold({ buffer }: ArrayBufferView): Release {
    const bytes = buffer.byteLength;
    this.#buffers += bytes;
    this.sample();
    return once(() => this.#buffers -= bytes);
  }

  /**
   * Runs a task and counts the WebAssembly memories that the task creates, until the caller calls
   * `release()` of the result.
   */
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

  /** Memory that is in use now. */
  get now(): MemoryUse {
    return { wasm: sizeOf(this.#memories) + this.#transientBytes, buffers: this.#buffers };
  }

  /**
   * Updates the peaks that `peakOf()` measures. A WebAssembly memory never shrinks, so its size
   * after a task is also its peak size during the task.
   */
  sample(): void {
    const { now } = this;
    for (const span of this.#spans) {
      if (total(now) > total(span.peak)) span.peak = now;
    }
  }

  /**
   * Runs a task and measures the peak memory of the whole isolate during the task. The peak
   * includes memory of other requests that run at the same time.
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

/** Returns a class that works like `constructor` and passes each new instance to `onCreate`. */
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
