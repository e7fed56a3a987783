/** Each address of the package, and the module that it leads to by condition. */
export const EXPORTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ".": {
    workerd: "src/entry/embed_workerd.ts",
    browser: "src/entry/embed_browser.ts",
    default: "src/entry/embed.ts",
  },
  "./node": { default: "src/entry/node.ts" },
  "./bun": { default: "src/entry/bun.ts" },
  "./deno": { default: "src/entry/deno_serve.ts" },
  "./lambda": { default: "src/entry/lambda.ts" },
  "./vercel": { default: "src/entry/vercel.ts" },
  "./workers": { default: "src/entry/workers.ts" },
};

/** Commands of the package. */
export const COMMANDS: Readonly<Record<string, string>> = {
  "retinanet-edge": "src/entry/serve.ts",
  "retinanet-edge-page": "packaging/copy_page_files.ts",
};

/** Programs that other modules start by their address. */
export const PROGRAMS: readonly string[] = [
  "src/entry/detector_process.ts",
  "src/entry/browser_worker.ts",
];

/** Files that go into the package as they are. */
export const FILES: Readonly<Record<string, string>> = {
  "LICENSE": "LICENSE",
  "packaging/README.md": "README.md",
  "models/everyday8.json": "models/everyday8.json",
  "models/everyday8.onnx": "models/everyday8.onnx",
  "models/everyday8.card.md": "models/everyday8.card.md",
  // Plain JavaScript that TypeScript looks at through the types beside it.
  "src/runtime/source_modules.js": "src/runtime/source_modules.js",
  "src/runtime/workerd_modules.js": "src/runtime/workerd_modules.js",
};
