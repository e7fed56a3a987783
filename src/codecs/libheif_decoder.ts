import { copyBytes, giveUp, growMemory, type ImportFunction } from "./emscripten_imports.ts";
import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import type { LibheifBuild, LibheifExport, LibheifImport } from "./libheif_build.ts";

/** Pixels of a decoded image: rows from top to bottom, channels interleaved, 8 bits per sample. */
export interface LibheifPixels extends Size {
  /**
   * Part of the memory of the wasm instance. Each instance decodes only one image, so the pixels
   * stay valid.
   */
  readonly data: Uint8Array;
  /**
   * Distance in bytes from the start of one row to the start of the next. Rows may end with unused
   * bytes.
   */
  readonly stride: number;
}

/**
 * Decodes the primary image of a HEIF file in a new wasm instance.
 *
 * @param bytes The file.
 * @param channels 3 for RGB, 4 for RGB and alpha.
 * @param maxMemory Maximum bytes of memory of the instance. If the decoder needs more, its `malloc`
 *   fails.
 * @throws {DomainError} `corrupt-image`, if the decoder refuses the file.
 * @throws If the wasm of the decoder traps (crashes).
 */
export type LibheifDecoder = (
  bytes: Uint8Array,
  channels: 3 | 4,
  maxMemory: number,
) => LibheifPixels;

/**
 * Numbers that stand for RGB, for interleaved channels, and for pixels of 3 or 4 channels in
 * libheif (`heif_image.h`).
 */
const COLOUR_SPACE_RGB = 1;
const INTERLEAVED = 10;
const LAYOUTS = { 3: 10, 4: 11 } as const;

/** Bytes of the C structure `heif_error`: two codes and a pointer to a text. */
const ERROR_BYTES = 12;

/**
 * Error number that refused functions of the operating system return. In WASI, the number means
 * "not supported".
 */
const NOT_SUPPORTED = 58;

type WasmFunction = (...args: readonly number[]) => number;
/**
 * Creates a decoder from a compiled wasm file. The decoder does not use the JavaScript that the
 * package contains for the wasm file.
 *
 * The JavaScript of the package would give the wasm access to files and global variables, and
 * compile code from text. With our decoder, a hostile image that exploits a bug in the C++ code
 * reaches only the memory of its own wasm instance. Each image gets a new instance, because wasm
 * memory never shrinks and a crashed instance cannot be used again.
 *
 * @throws {Error} If the imports or exports of `module` differ from those in `build`.
 */
export function libheifDecoder(build: LibheifBuild, module: WebAssembly.Module): LibheifDecoder {
  checkBuild(build, module);
  return (bytes, channels, maxMemory) => {
    return new LibheifInstance(build, module, maxMemory).decode(bytes, channels);
  };
}

/** Refuses a wasm module with other imports or exports than those in `build`. */
function checkBuild(build: LibheifBuild, module: WebAssembly.Module): void {
  const imports = WebAssembly.Module.imports(module).map(({ name }) => name).sort();
  const exports = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  const missing = Object.values(build.exports).filter((name) => !exports.has(name));
  if (imports.join() === Object.keys(build.imports).sort().join() && missing.length === 0) return;
  throw new Error(
    `Cannot use ${build.file} as it must be the build of ${build.package}, to which the table of ` +
      `its minified names belongs: other names were found. Install ${build.package}.`,
  );
}

class LibheifInstance {
  readonly #names: LibheifBuild["exports"];
  readonly #exports: WebAssembly.Exports;
  readonly #memory: WebAssembly.Memory;
  readonly #maxMemory: number;

  constructor(build: LibheifBuild, module: WebAssembly.Module, maxMemory: number) {
    this.#names = build.exports;
    this.#maxMemory = maxMemory;
    const imports = Object.fromEntries(
      Object.entries(build.imports).map(([letter, name]) => [letter, this.#import(name)]),
    );
    // All imports have the same namespace. Emscripten also shortens the name of the namespace.
    const namespaces = WebAssembly.Module.imports(module).map(({ module: name }) => name);
    this.#exports = new WebAssembly.Instance(
      module,
      Object.fromEntries(namespaces.map((name) => [name, imports])),
    ).exports;
    this.#memory = this.#exports[this.#names.memory] as WebAssembly.Memory;
    this.#call("__wasm_call_ctors");
  }

  decode(bytes: Uint8Array, channels: 3 | 4): LibheifPixels {
    // 1. Copy the file into the memory of the wasm instance.
    const file = this.#allocate(bytes.length);
    new Uint8Array(this.#memory.buffer, file, bytes.length).set(bytes);
    const found = this.#allocate(4);

    // 2. Find the image and decode it to 8 bits per sample.
    const context = this.#call("heif_context_alloc");
    this.#check("heif_context_read_from_memory_without_copy", context, file, bytes.length, 0);
    this.#check("heif_context_get_primary_image_handle", context, found);
    const handle = this.#u32(found);
    this.#check("heif_decode_image", handle, found, COLOUR_SPACE_RGB, LAYOUTS[channels], 0);

    // 3. Find the pixels.
    const image = this.#u32(found);
    const width = this.#call("heif_image_get_width", image, INTERLEAVED);
    const height = this.#call("heif_image_get_height", image, INTERLEAVED);
    const bits = this.#call("heif_image_get_bits_per_pixel", image, INTERLEAVED);
    const start = this.#call("heif_image_get_plane_readonly", image, INTERLEAVED, found);
    const stride = this.#u32(found);
    if (start === 0 || bits !== 8 * channels || stride < width * channels) throw damaged();
    const data = new Uint8Array(this.#memory.buffer, start, stride * height);
    return { data, width, height, stride };
  }

  #call(name: Exclude<LibheifExport, "memory">, ...args: readonly number[]): number {
    return (this.#exports[this.#names[name]] as WasmFunction)(...args);
  }

  /** Calls a function of libheif, and throws if the function reports an error. */
  #check(name: Exclude<LibheifExport, "memory">, ...args: readonly number[]): void {
    const error = this.#allocate(ERROR_BYTES);
    this.#call(name, error, ...args);
    if (this.#u32(error) !== 0) throw damaged();
  }

  #allocate(bytes: number): number {
    const start = this.#call("malloc", bytes) >>> 0;
    if (start === 0) throw damaged();
    return start;
  }

  #u32(at: number): number {
    return new DataView(this.#memory.buffer).getUint32(at, true);
  }

  #import(behaviour: LibheifImport): ImportFunction {
    switch (behaviour) {
      case "ignore":
        return () => 0;
      case "refuse":
        return () => NOT_SUPPORTED;
      case "abort":
        return giveUp;
      case "copy":
        return (to, from, length) => copyBytes(this.#memory, to, from, length);
      case "grow":
        return (size) => growMemory(this.#memory, size, this.#maxMemory);
    }
  }
}

function damaged(): DomainError {
  return new DomainError("corrupt-image", "Cannot decode HEIC as its data is damaged");
}
