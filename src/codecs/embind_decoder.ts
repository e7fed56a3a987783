import { copyBytes, giveUp, growMemory, type ImportFunction } from "./emscripten_imports.ts";
import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import {
  checkBuild,
  type EmbindBuild,
  type EmbindExports,
  type EmscriptenImport,
  isIgnored,
  isInvoke,
} from "./embind_build.ts";

/** Pixels of a decoded image. */
export interface EmbindPixels extends Size {
  /**
   * RGBA, 8 bits per sample. The array is part of the memory of the wasm instance. Each instance
   * decodes only one image, so the pixels stay valid.
   */
  readonly data: Uint8Array;
}

/**
 * Decodes an image file in a new wasm instance. Through its imports, the instance can only grow its
 * memory and return pixels.
 *
 * @param bytes The file.
 * @param maxMemory Maximum bytes of memory of the instance. If the decoder needs more, its `malloc`
 *   fails.
 * @throws {DomainError} `corrupt-image`, if the decoder returns no pixels.
 * @throws If the wasm of the decoder traps (crashes).
 */
export type EmbindDecoder = (bytes: Uint8Array, maxMemory: number) => EmbindPixels;

/** Bytes per argument in a call from embind to JavaScript. */
const ARGUMENT_BYTES = 8;
/**
 * Number that represents each JavaScript value in the decoder. All values share one number, because
 * the decoder only passes the number back to JavaScript.
 */
const HANDLE = 100;

/**
 * Error that stops the decoder after it has returned the pixels, but before it frees their memory.
 */
const FINISHED = new Error("The decoder has handed over its pixels");
const LONGJMP = new Error("longjmp");

/**
 * Creates a decoder from a compiled wasm file. The decoder does not use the JavaScript that the
 * package contains for the wasm file.
 *
 * The JavaScript of the package would give the wasm access to all global variables. The package's
 * JavaScript also compiles functions from text, which some runtimes forbid. With our decoder, a
 * hostile image that exploits a bug in the C++ code reaches only the memory of its own wasm
 * instance.
 *
 * Each image gets a new wasm instance, because wasm memory never shrinks and a crashed instance
 * cannot be used again.
 *
 * @throws {Error} If the imports or exports of `module` differ from those in `build`.
 */
export function embindDecoder(build: EmbindBuild, module: WebAssembly.Module): EmbindDecoder {
  checkBuild(build, module);
  return (bytes, maxMemory) => {
    const pixels = new EmbindInstance(build, module, maxMemory).decode(bytes);
    if (pixels === undefined) {
      throw new DomainError("corrupt-image", "Cannot decode image as its data is damaged");
    }
    return pixels;
  };
}

type WasmFunction = (...args: readonly number[]) => number;
class EmbindInstance {
  readonly #names: EmbindExports;
  readonly #exports: WebAssembly.Exports;
  readonly #memory: WebAssembly.Memory;
  readonly #table: WebAssembly.Table;
  readonly #maxMemory: number;
  /** Table index of the C++ function `decode`. */
  #decode = 0;
  /** Table index of embind's function through which JavaScript calls `decode`. */
  #invoker = 0;
  /**
   * Place of the pixels in the wasm memory, in bytes: the part for which the decoder last created a
   * `Uint8ClampedArray`.
   */
  #view: { readonly start: number; readonly length: number } = { start: 0, length: 0 };
  #pixels: EmbindPixels | undefined;

  constructor(build: EmbindBuild, module: WebAssembly.Module, maxMemory: number) {
    this.#names = build.exports;
    this.#maxMemory = maxMemory;
    this.#exports = new WebAssembly.Instance(module, this.#imports(build, module)).exports;
    // The casts are safe, because checkBuild() has checked the kinds of these exports.
    this.#memory = this.#exports[this.#names.memory] as WebAssembly.Memory;
    this.#table = this.#exports[this.#names.__indirect_function_table] as WebAssembly.Table;
    this.#call(this.#names.__wasm_call_ctors);
  }

  decode(bytes: Uint8Array): EmbindPixels | undefined {
    // Layout of a std::string argument: its length, then its bytes.
    const string = this.#call(this.#names.malloc, 4 + bytes.length + 1);
    if (string === 0) return undefined;
    this.#dataView().setUint32(string, bytes.length, true);
    new Uint8Array(this.#memory.buffer, string + 4, bytes.length).set(bytes);
    try {
      this.#function(this.#invoker)(this.#decode, string);
    } catch (error) {
      if (error !== FINISHED) throw error;
    }
    return this.#pixels;
  }

  #call(letter: string, ...args: readonly number[]): number {
    return (this.#exports[letter] as WasmFunction)(...args);
  }

  #function(index: number): WasmFunction {
    return this.#table.get(index) as WasmFunction;
  }

  #dataView(): DataView {
    return new DataView(this.#memory.buffer);
  }

  #imports(build: EmbindBuild, module: WebAssembly.Module): WebAssembly.Imports {
    const functions = Object.entries(build.imports).map(([letter, name]) => {
      return [letter, this.#import(name)] as const;
    });
    const imports = Object.fromEntries(functions);
    // All imports have the same namespace. Emscripten also shortens the name of the namespace.
    return Object.fromEntries(
      WebAssembly.Module.imports(module).map(({ module: namespace }) => [namespace, imports]),
    );
  }

  #import(name: EmscriptenImport): ImportFunction {
    if (isIgnored(name)) return () => 0;
    if (isInvoke(name)) return (index, ...args) => this.#invoke(index, args);
    switch (name) {
      case "__assert_fail":
      case "_abort_js":
      case "proc_exit":
        return giveUp;
      case "_emscripten_memcpy_js":
        return (to, from, length) => copyBytes(this.#memory, to, from, length);
      case "emscripten_resize_heap":
        return (size) => growMemory(this.#memory, size, this.#maxMemory);
      case "_embind_register_function":
        return (_name, _count, _types, _signature, invoker, decode) => {
          this.#invoker = invoker;
          this.#decode = decode;
          return 0;
        };
      case "_emval_get_global":
        return () => HANDLE;
      case "_emval_get_method_caller": // The number of types identifies the constructor.
        return (types) => types;
      case "_emval_call":
        return (types, _target, _destructors, args) => this.#construct(types, args);
      case "_emscripten_throw_longjmp":
        return () => {
          throw LONGJMP;
        };
    }
  }

  /**
   * Handles a call of a JavaScript constructor by the decoder. The decoder first calls
   * `new Uint8ClampedArray(view)`. The decoder's second call,
   * `new ImageData(array, width, height, depth)`, ends the decoding.
   *
   * @param types Number of types in the signature of the constructor, which are the result and the
   *   arguments. The number tells the two constructors apart: only `Uint8ClampedArray` has 2.
   * @param args Offset of the constructor's arguments in the wasm memory, in bytes.
   */
  #construct(types: number, args: number): number {
    const memory = this.#dataView();
    if (types === 2) {
      this.#view = {
        length: memory.getUint32(args, true),
        start: memory.getUint32(args + 4, true),
      };
      return HANDLE;
    }
    const width = memory.getUint32(args + ARGUMENT_BYTES, true);
    const height = memory.getUint32(args + 2 * ARGUMENT_BYTES, true);
    const depth = memory.getUint32(args + 3 * ARGUMENT_BYTES, true);
    const { start, length } = this.#view;
    const samples = width * height * 4;
    if (
      length !== samples * (depth > 8 ? 2 : 1) || depth > 16 ||
      start + length > this.#memory.buffer.byteLength
    ) {
      throw new Error("The decoder's pixels do not match its size");
    }
    const data = new Uint8Array(this.#memory.buffer, start, samples);
    if (depth > 8) narrow(new Uint16Array(this.#memory.buffer, start, samples), depth, data);
    this.#pixels = { data, width, height };
    throw FINISHED;
  }

  /** Calls a C++ function. If the function calls `longjmp`, catches the jump. */
  #invoke(index: number, args: readonly number[]): number {
    const { setjmp } = this.#names;
    if (setjmp === undefined) throw new Error("The build has no setjmp");
    const stack = this.#call(setjmp.emscripten_stack_get_current);
    try {
      return this.#function(index)(...args);
    } catch (error) {
      this.#call(setjmp._emscripten_stack_restore, stack);
      if (error !== LONGJMP) throw error;
      this.#call(setjmp.setThrew, 1, 0);
      return 0;
    }
  }
}

/**
 * Converts samples of 9 to 16 bits to 8 bits.
 *
 * @param narrowed Receives the samples of 8 bits. May share its memory with the first half of
 *   `samples`, because each sample is read before its bytes are overwritten.
 */
function narrow(samples: Uint16Array, depth: number, narrowed: Uint8Array): void {
  const scale = 255 / (2 ** depth - 1);
  for (let i = 0; i < samples.length; i++) narrowed[i] = samples[i]! * scale + 0.5;
}
