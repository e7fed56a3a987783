/**
 * Options of {@linkcode createModule}. Emscripten, the compiler of onnxruntime-web, defines these
 * options.
 */
export interface ModuleOptions {
  /** Number of CPU threads. */
  readonly numThreads: number;
  /**
   * Returns the URL of a wasm file. Unset: the wasm file is in the folder of the JavaScript module.
   */
  readonly locateFile?: ((file: string) => string) | undefined;
  /**
   * Instantiates the wasm file and calls `receive`. Unset: the JavaScript module instantiates it.
   */
  readonly instantiateWasm?: (
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ) => void;
}

/** Creates the WebAssembly instance of onnxruntime-web, and starts its CPU threads. */
export function createModule(options: ModuleOptions): Promise<unknown>;
