import config from "../deno.json" with { type: "json" };

/** Modules by the condition of npm's `exports` that selects them. */
type Conditions = Readonly<Record<string, string>>;

/** Modules that replace the one of `deno.json` under a condition, by entry point. */
export const CONDITIONS: Readonly<Record<string, Conditions>> = {
  ".": {
    workerd: "src/platforms/workerd/embed.ts",
    browser: "src/platforms/browser/embed.ts",
  },
};

/** Entry points of the package with their modules. `deno.json` lists them, for JSR and for npm. */
export const EXPORTS: Readonly<Record<string, Conditions>> = Object.fromEntries(
  Object.entries(config.exports).map(([entryPoint, module]) => [
    entryPoint,
    // A bundler takes the first condition that matches, so the default comes last.
    { ...CONDITIONS[entryPoint], default: module.slice("./".length) },
  ]),
);

/** Commands of the package. */
export const COMMANDS: Readonly<Record<string, string>> = {
  "retinanet-edge": "src/commands/main.ts",
  "retinanet-edge-page": "packaging/copy_page_files.ts",
};

/** Programs that other modules start by their URL, so no import leads to them. */
export const PROGRAMS: readonly string[] = [
  "src/commands/serve.ts",
  "src/platforms/host/process/detector_process.ts",
  "src/platforms/host/process/embedded_process.ts",
  "src/platforms/host/process/parent_watch.ts",
  "src/platforms/browser/worker.ts",
];

/** Files that are copied into the package unchanged: from the project, to the package. */
export const FILES: Readonly<Record<string, string>> = {
  "LICENSE": "LICENSE",
  "packaging/README.md": "README.md",
  "models/everyday8.json": "models/everyday8.json",
  "models/everyday8.onnx": "models/everyday8.onnx",
  "models/everyday8-int8.onnx": "models/everyday8-int8.onnx",
  "models/everyday8.card.md": "models/everyday8.card.md",
  "src/codecs/jpeg.wasm": "src/codecs/jpeg.wasm",
  "src/codecs/png.wasm": "src/codecs/png.wasm",
  // Plain JavaScript with types beside it, which TypeScript does not copy.
  "src/engines/module_factory.js": "src/engines/module_factory.js",
  "src/platforms/host/source_modules.js": "src/platforms/host/source_modules.js",
  "src/platforms/host/source_engine.js": "src/platforms/host/source_engine.js",
  "src/platforms/workerd/modules.js": "src/platforms/workerd/modules.js",
};
