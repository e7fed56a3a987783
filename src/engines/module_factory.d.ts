/** Options of onnxruntime-web's wasm module, as Emscripten defines them. */
export interface ModuleOptions {
  /** Number of CPU threads. */
  readonly numThreads: number;
  /** Returns the URL of the wasm file. Unset: it is beside the module. */
  readonly locateFile?: ((file: string) => string) | undefined;
  /** Instantiates the wasm file and passes the instance on. Unset: the module does it. */
  readonly instantiateWasm?: (
    imports: WebAssembly.Imports,
    receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ) => void;
}

/** Creates onnxruntime-web's wasm module, and starts its threads. */
export function createModule(options: ModuleOptions): Promise<unknown>;
