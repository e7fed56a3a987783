/** WebAssembly build of libheif. Its minified names change with each build. */
export interface LibheifBuild {
  /** Package and its version, for error messages. */
  readonly package: string;
  /** File of the build inside the package. */
  readonly file: string;
  /** SHA-256 of the file, in hexadecimal. A test compares it with the file. */
  readonly sha256: string;
  /** Behaviour of each imported function, by letter. */
  readonly imports: Readonly<Record<string, LibheifImport>>;
  /** Letters of the exports that this program uses. */
  readonly exports: Readonly<Record<LibheifExport, string>>;
}

/**
 * Behaviour of an imported function. `abort` ends the decoding: the C++ code throws an exception,
 * which no code of the build catches, or gives up. `refuse` returns an error number, to functions
 * of files and of the environment. `ignore` returns 0, to functions that describe C++ types to the
 * JavaScript of the package.
 */
export type LibheifImport = "abort" | "copy" | "grow" | "refuse" | "ignore";

/** Exports by their names in C (`libheif/heif.h`, version 1.23). */
export type LibheifExport =
  | "memory"
  | "__wasm_call_ctors"
  | "malloc"
  | "heif_context_alloc"
  | "heif_context_read_from_memory_without_copy"
  | "heif_context_get_primary_image_handle"
  | "heif_decode_image"
  | "heif_image_get_width"
  | "heif_image_get_height"
  | "heif_image_get_bits_per_pixel"
  | "heif_image_get_plane_readonly";

/** HEIC decoder of the package libheif-js: libheif 1.23.2 with libde265. */
export const LIBHEIF_BUILD: LibheifBuild = {
  package: "libheif-js 1.23.2",
  file: "libheif-wasm/libheif.wasm",
  sha256: "e4aa8333fbe55ec7c6c776f735236f40bed9103188498f8131d4e52b73cdfee8",
  imports: {
    ...named("ignore", "acdefghijlmnoquvwxzJKLMNOP"),
    ...named("abort", "bkC"), // __assert_fail, __cxa_throw, _abort_js
    ...named("refuse", "rBFEGHstypA"), // System calls, environment, files, dates.
    ...named("copy", "I"),
    ...named("grow", "D"),
  },
  exports: {
    memory: "Q",
    __wasm_call_ctors: "R",
    malloc: "Na",
    heif_context_alloc: "la",
    heif_context_read_from_memory_without_copy: "mh",
    heif_context_get_primary_image_handle: "Ca",
    heif_decode_image: "Da",
    heif_image_get_width: "Ia",
    heif_image_get_height: "Ja",
    heif_image_get_bits_per_pixel: "bb",
    heif_image_get_plane_readonly: "cb",
  },
};

function named(behaviour: LibheifImport, letters: string): Readonly<Record<string, LibheifImport>> {
  return Object.fromEntries(Array.from(letters, (letter) => [letter, behaviour]));
}
