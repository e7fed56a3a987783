/**
 * Description of a wasm file of libheif, a HEIC decoder in C++. The compiler Emscripten shortens
 * the names of imports and exports to letters, which differ between builds.
 */
export interface LibheifBuild {
  /** Name and version of the package that contains the wasm file, for error messages. */
  readonly package: string;
  /** Path of the wasm file in the package. */
  readonly file: string;
  /** SHA-256 of the wasm file, hexadecimal. A test checks the hash; loading does not. */
  readonly sha256: string;
  /** Behaviour of each imported function. The key is the letter of the function. */
  readonly imports: Readonly<Record<string, LibheifImport>>;
  /** Letters of the exports that the decoder uses. The key is the original name of the export. */
  readonly exports: Readonly<Record<LibheifExport, string>>;
}

/**
 * Behaviour of a function that the wasm file imports.
 *
 * - `abort`: ends the decoding, because the C++ code has thrown an exception or given up.
 * - `copy`: copies bytes within the memory of the decoder.
 * - `grow`: grows the memory of the decoder.
 * - `refuse`: returns an error number. Used for functions of the operating system, such as reading
 *   files.
 * - `ignore`: returns 0. Used for functions that describe C++ types to JavaScript.
 */
export type LibheifImport = "abort" | "copy" | "grow" | "refuse" | "ignore";

/**
 * Original name of an export. Names that begin with `heif_` are functions of libheif 1.23
 * (`libheif/heif.h`).
 */
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
