import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";

/**
 * A decoder that Emscripten compiled, whose C++ is `val decode(std::string)` by embind.
 *
 * The names of its imports and exports are those that the build made up: they belong to one exact
 * version of its package.
 */
export interface SealedDecoder {
  /** The wasm. */
  readonly module: WebAssembly.Module;
  /** What each import is for; one that is not here does nothing. */
  readonly imports: Readonly<Record<string, SealedImport>>;
  /** Names of what it exports. */
  readonly exports: SealedExports;
}

/** What an import is for. */
export type SealedImport =
  | "abort"
  | "call"
  | "copy"
  | "getMethodCaller"
  | "getGlobal"
  | "grow"
  | "invoke"
  | "registerFunction"
  | "throwLongjmp";

/** Names of what a decoder exports. */
export interface SealedExports {
  /** Its memory. */
  readonly memory: string;
  /** Its functions by number. */
  readonly table: string;
  /** Runs C++ constructors, which register `decode`. */
  readonly construct: string;
  /** `malloc` of C. */
  readonly malloc: string;
  /** What `setjmp` takes, where the decoder has it. */
  readonly jump?: {
    readonly getStack: string;
    readonly setStack: string;
    readonly setThrew: string;
  };
}

/** Pixels that a decoder made. */
export interface SealedPixels extends Size {
  /** RGBA in 8 bits each, in the memory of an instance that nothing else uses. */
  readonly data: Uint8Array;
}

const PAGE_BYTES = 65_536;
/** embind passes each argument of a JavaScript call in as many bytes. */
const ARGUMENT_BYTES = 8;
/** A value that the decoder may hold and hand back, but that stands for nothing. */
const TOKEN = 100;

/** Thrown through the decoder to leave it with its pixels still in place. */
const FINISHED = new Error("The decoder has handed over its pixels");
const LONGJMP = new Error("longjmp");

/**
 * Decodes with an instance of its own, to which nothing is given but memory.
 *
 * The JavaScript that comes with such wasm hands it every global by name, and builds functions from
 * text, which not every runtime allows. Here its imports can do no more than ask for memory up to a
 * limit and hand over pixels, whatever a hostile file makes of the C++ behind them. Wasm memory
 * never shrinks, and an instance that trapped cannot be used again: each image has a new one.
 *
 * @param maxMemory Bytes that the instance may have; more are refused as the C library expects it.
 * @throws {DomainError} `corrupt-image`, if it makes no pixels of the file.
 * @throws If it traps.
 */
export function decodeSealed(
  decoder: SealedDecoder,
  bytes: Uint8Array,
  maxMemory: number,
): SealedPixels {
  const instance = new SealedInstance(decoder, maxMemory);
  const pixels = instance.decode(bytes);
  if (pixels === undefined) {
    throw new DomainError("corrupt-image", "Cannot decode image as its data is damaged");
  }
  return pixels;
}

type WasmFunction = (...args: readonly number[]) => number;

class SealedInstance {
  readonly #exports: Readonly<Record<string, unknown>>;
  readonly #names: SealedExports;
  readonly #memory: WebAssembly.Memory;
  readonly #table: WebAssembly.Table;
  readonly #maxMemory: number;
  /** `decode`, and what calls it with arguments from JavaScript. */
  #decode = 0;
  #invoker = 0;
  #view: { readonly start: number; readonly length: number } = { start: 0, length: 0 };
  #pixels: SealedPixels | undefined;

  constructor({ module, imports, exports }: SealedDecoder, maxMemory: number) {
    this.#names = exports;
    this.#maxMemory = maxMemory;
    const given: Record<string, Record<string, unknown>> = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      given[from] ??= {};
      given[from][name] = this.#import(imports[name]);
    }
    this.#exports = new WebAssembly.Instance(module, given as WebAssembly.Imports).exports;
    this.#memory = this.#exports[exports.memory] as WebAssembly.Memory;
    this.#table = this.#exports[exports.table] as WebAssembly.Table;
    this.#call(exports.construct);
  }

  decode(bytes: Uint8Array): SealedPixels | undefined {
    // A std::string crosses over as its length and its bytes.
    const string = this.#call(this.#names.malloc, 4 + bytes.length + 1);
    if (string === 0) return undefined;
    this.#words()[string / 4] = bytes.length;
    new Uint8Array(this.#memory.buffer, string + 4, bytes.length).set(bytes);
    try {
      this.#function(this.#invoker)(this.#decode, string);
    } catch (error) {
      if (error !== FINISHED) throw error;
    }
    return this.#pixels;
  }

  #call(name: string, ...args: readonly number[]): number {
    return (this.#exports[name] as WasmFunction)(...args);
  }

  #function(index: number): WasmFunction {
    return this.#table.get(index) as WasmFunction;
  }

  #words(): Uint32Array {
    return new Uint32Array(this.#memory.buffer);
  }

  #import(use: SealedImport | undefined): (...args: number[]) => unknown {
    switch (use) {
      case undefined:
        return () => 0;
      case "abort":
        return () => {
          throw new Error("The decoder gave up");
        };
      case "copy":
        return (to, from, length) => {
          new Uint8Array(this.#memory.buffer).copyWithin(to, from, from + length);
        };
      case "grow":
        return (size) => this.#grow(size >>> 0);
      case "registerFunction":
        return (_name, _count, _types, _signature, invoker, decode) => {
          this.#invoker = invoker;
          this.#decode = decode;
        };
      case "getGlobal":
        return () => TOKEN;
      case "getMethodCaller": // It is told apart by how many types it has, the result's among them.
        return (types) => types;
      case "call":
        return (types, _target, _destructors, args) => this.#answer(types, args);
      case "invoke":
        return (index, ...args) => this.#invoke(index, args);
      case "throwLongjmp":
        return () => {
          throw LONGJMP;
        };
    }
  }

  #grow(size: number): number {
    if (size > this.#maxMemory) return 0;
    try {
      this.#memory.grow(Math.ceil((size - this.#memory.buffer.byteLength) / PAGE_BYTES));
      return 1;
    } catch {
      return 0;
    }
  }

  /**
   * What the decoder takes for `new Uint8ClampedArray(view)`, with two types, and then for
   * `new ImageData(array, width, height, depth)`.
   */
  #answer(types: number, args: number): number {
    const words = this.#words();
    const at = args / 4;
    const argument = (index: number) => words[at + index * ARGUMENT_BYTES / 4];
    if (types === 2) {
      this.#view = { start: words[at + 1], length: words[at] };
      return TOKEN;
    }
    const [width, height, depth] = [1, 2, 3].map(argument);
    const { start, length } = this.#view;
    const samples = width * height * 4;
    if (
      length !== samples * (depth > 8 ? 2 : 1) || depth > 16 ||
      start + length > this.#memory.buffer.byteLength
    ) {
      throw new Error("The decoder's pixels are not those of its size");
    }
    const data = new Uint8Array(this.#memory.buffer, start, samples);
    if (depth > 8) narrow(new Uint16Array(this.#memory.buffer, start, samples), depth, data);
    this.#pixels = { data, width, height };
    throw FINISHED;
  }

  /** Calls a function that may end in `longjmp`. */
  #invoke(index: number, args: readonly number[]): number {
    const { getStack, setStack, setThrew } = this.#names.jump!;
    const stack = this.#call(getStack);
    try {
      return this.#function(index)(...args);
    } catch (error) {
      this.#call(setStack, stack);
      if (error !== LONGJMP) throw error;
      this.#call(setThrew, 1, 0);
      return 0;
    }
  }
}

/** Samples of more than 8 bits to 8, which may be their own first half: none is read once written. */
function narrow(samples: Uint16Array, depth: number, narrowed: Uint8Array): void {
  const scale = 255 / (2 ** depth - 1);
  for (let i = 0; i < samples.length; i++) narrowed[i] = samples[i] * scale + 0.5;
}
