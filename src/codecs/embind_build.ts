/**
 * Description of a wasm file that the compiler Emscripten made from a C++ decoder. The C++ function
 * `val decode(std::string)` is exported with embind, Emscripten's bridge to JavaScript.
 *
 * Emscripten shortens the names of imports and exports to letters. The letters differ between
 * builds, so each build has its own description.
 */
export interface EmbindBuild {
  /** Name and version of the package that contains the wasm file. */
  readonly package: string;
  /** Name of the wasm file in the package. */
  readonly file: string;
  /**
   * SHA-256 of the wasm file, hexadecimal. Tests and packaging check the hash; loading does not.
   */
  readonly sha256: string;
  /**
   * Functions that the wasm file imports. The key is the letter of a function, the value its
   * original name in Emscripten.
   */
  readonly imports: Readonly<Record<string, EmscriptenImport>>;
  /** Exports that the decoder needs, with their letters. */
  readonly exports: EmbindExports;
}

/** Letter of each export. The keys are the original names in Emscripten. */
export interface EmbindExports {
  /** Memory of the decoder. */
  readonly memory: string;
  /** Table of functions. A C++ function pointer is an index into this table. */
  readonly __indirect_function_table: string;
  /** Function that runs the static constructors of C++, which register `decode` with embind. */
  readonly __wasm_call_ctors: string;
  /** Function that allocates memory. */
  readonly malloc: string;
  /** Functions that implement `setjmp` and `longjmp`. Unset: the build does not use `setjmp`. */
  readonly setjmp?: {
    /** Function that records that `longjmp` was called. */
    readonly setThrew: string;
    /** Function that sets the stack pointer. */
    readonly _emscripten_stack_restore: string;
    /** Function that returns the stack pointer. */
    readonly emscripten_stack_get_current: string;
  };
}

/** Original name, in Emscripten, of a function that a decoder imports. */
export type EmscriptenImport =
  | "__assert_fail"
  | "_abort_js"
  | "_embind_register_function"
  | "_emscripten_memcpy_js"
  | "_emscripten_throw_longjmp"
  | "_emval_call"
  | "_emval_get_global"
  | "_emval_get_method_caller"
  | "emscripten_resize_heap"
  | "proc_exit"
  | InvokeImport
  | IgnoredImport;

/**
 * Name of an import that calls a C++ function and catches its `longjmp`. The suffix is the
 * signature of the C++ function.
 */
export type InvokeImport = `invoke_${string}`;

/**
 * Name of an imported function that decoding does not need: registration of types, reference
 * counts, timers and output. The wasm file gets an empty function instead.
 */
export type IgnoredImport = (typeof IGNORED_IMPORTS)[number];

const IGNORED_IMPORTS = [
  "_embind_register_bigint",
  "_embind_register_bool",
  "_embind_register_emval",
  "_embind_register_float",
  "_embind_register_integer",
  "_embind_register_memory_view",
  "_embind_register_std_string",
  "_embind_register_std_wstring",
  "_embind_register_void",
  "_emscripten_runtime_keepalive_clear",
  "_emval_decref",
  "_emval_incref",
  "_emval_new_cstring",
  "_emval_run_destructors",
  "_setitimer_js",
  "fd_close",
  "fd_seek",
  "fd_write",
] as const;

/** Returns true for an import that decoding does not need. */
export function isIgnored(name: EmscriptenImport): name is IgnoredImport {
  return (IGNORED_IMPORTS as readonly string[]).includes(name);
}

/** Returns true for an import that calls a C++ function and catches its `longjmp`. */
export function isInvoke(name: EmscriptenImport): name is InvokeImport {
  return name.startsWith("invoke_");
}

/**
 * Refuses a wasm module of another build, because its letters may mean other functions.
 *
 * @throws {Error} If the imports or exports of `module` differ from those in `build`.
 */
export function checkBuild(build: EmbindBuild, module: WebAssembly.Module): void {
  const imports = WebAssembly.Module.imports(module).map(({ name }) => name);
  for (const letter of imports) {
    if (!Object.hasOwn(build.imports, letter)) {
      throw otherBuild(build, `import "${letter}" is not in the table`);
    }
  }
  for (const [letter, name] of Object.entries(build.imports)) {
    if (!imports.includes(letter)) {
      throw otherBuild(build, `its imports lack "${letter}" (${name})`);
    }
  }
  const kinds = new Map(WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]));
  const { setjmp = {}, ...always } = build.exports;
  for (const [name, letter] of Object.entries({ ...always, ...setjmp })) {
    const kind = EXPORT_KINDS.get(name) ?? "function";
    if (kinds.get(letter) !== kind) {
      throw otherBuild(build, `it does not export ${kind} "${letter}" (${name})`);
    }
  }
}

/** Kinds of the exports that are not functions. The key is the original name of an export. */
const EXPORT_KINDS: ReadonlyMap<string, WebAssembly.ImportExportKind> = new Map([
  ["memory", "memory"],
  ["__indirect_function_table", "table"],
]);

function otherBuild(build: EmbindBuild, found: string): Error {
  return new Error(
    `Cannot use ${build.file} as it must be the build of ${build.package}, to which the table of ` +
      `its minified names belongs: ${found}. Install ${build.package}.`,
  );
}
