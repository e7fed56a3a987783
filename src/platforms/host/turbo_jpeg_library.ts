import type { TurboJpegLibrary } from "../../codecs/turbo_jpeg.ts";

/** File names of libjpeg-turbo, by operating system. The system searches its own folders. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  linux: ["libturbojpeg.so.0"],
  darwin: ["libturbojpeg.dylib", "/opt/homebrew/lib/libturbojpeg.dylib"],
  windows: ["turbojpeg.dll"],
};

/** Types of the functions of {@linkcode TurboJpegLibrary}, as Deno describes types of C. */
const FUNCTIONS = {
  tjInitDecompress: { parameters: [], result: "pointer" },
  tjDecompress2: {
    parameters: [
      ...["pointer", "buffer", "usize"], // the decoder, the file and its length
      ...["buffer", "i32", "i32", "i32"], // the pixels, their width, bytes per row and height
      ...["i32", "i32"], // order of the channels, flags
    ],
    result: "i32",
    nonblocking: true,
  },
  tjDestroy: { parameters: ["pointer"], result: "i32" },
} as const;

/** Part of Deno's API that this file calls. Node and Bun have no such function. */
interface ForeignFunctions {
  readonly build: { readonly os: string };
  dlopen(file: string, functions: typeof FUNCTIONS): { readonly symbols: TurboJpegLibrary };
}

/** Null: the library cannot be used here. Undefined: not yet looked for. */
let library: TurboJpegLibrary | null | undefined;

/**
 * Returns libjpeg-turbo, or undefined if it is not on this system or this runtime cannot call it.
 * Only Deno can, with `--allow-ffi`.
 */
export function turboJpegLibrary(): TurboJpegLibrary | undefined {
  if (library === undefined) library = openLibrary();
  return library ?? undefined;
}

function openLibrary(): TurboJpegLibrary | null {
  const deno = (globalThis as { Deno?: unknown }).Deno as ForeignFunctions | undefined;
  if (deno === undefined) return null;
  for (const file of FILES[deno.build.os] ?? []) {
    try {
      return deno.dlopen(file, FUNCTIONS).symbols;
    } catch {
      // The library is not there, or Deno may not call it.
    }
  }
  return null;
}
