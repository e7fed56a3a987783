/** Each address of the package, and the module that it leads to by condition. */
export const EXPORTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ".": {
    workerd: "src/platforms/workerd/embed.ts",
    browser: "src/platforms/browser/embed.ts",
    default: "src/platforms/host/embed.ts",
  },
  "./node": { default: "src/platforms/host/node.ts" },
  "./bun": { default: "src/platforms/host/bun.ts" },
  "./deno": { default: "src/platforms/serverless/deno.ts" },
  "./lambda": { default: "src/platforms/serverless/lambda.ts" },
  "./vercel": { default: "src/platforms/serverless/vercel.ts" },
  "./workers": { default: "src/platforms/workerd/worker.ts" },
};

/** Commands of the package. */
export const COMMANDS: Readonly<Record<string, string>> = {
  "retinanet-edge": "src/commands/serve.ts",
  "retinanet-edge-page": "packaging/copy_page_files.ts",
};

/** Programs that other modules start by their address. */
export const PROGRAMS: readonly string[] = [
  "src/platforms/host/process/detector_process.ts",
  "src/platforms/browser/worker.ts",
];

/** Files that go into the package as they are. */
export const FILES: Readonly<Record<string, string>> = {
  "LICENSE": "LICENSE",
  "packaging/README.md": "README.md",
  "models/everyday8.json": "models/everyday8.json",
  "models/everyday8.onnx": "models/everyday8.onnx",
  "models/everyday8.card.md": "models/everyday8.card.md",
  // Plain JavaScript that TypeScript looks at through the types beside it.
  "src/platforms/host/source_modules.js": "src/platforms/host/source_modules.js",
  "src/platforms/workerd/modules.js": "src/platforms/workerd/modules.js",
};
