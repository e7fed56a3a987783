import { filesIn, ROOT, runDeno, runTool } from "./tools.ts";

/**
 * Compiles modules and their imports to ES2022 with `.d.ts` files beside them.
 *
 * @param entries Paths below the project's root.
 * @param into Path of the output folder. Paths below it are those below the root.
 * @throws {Error} If a module does not type-check.
 */
export async function compile(entries: readonly string[], into: string): Promise<void> {
  const globals = `${into}.globals.d.ts`;
  const config = `${into}.tsconfig.json`;
  await Deno.writeTextFile(globals, await runDeno(["types"], ROOT));
  await Deno.writeTextFile(config, JSON.stringify(configOf(entries, into, globals)));
  try {
    await runTool("tsc", ["-p", config], ROOT);
  } finally {
    await Deno.remove(config);
    await Deno.remove(globals);
  }
  for await (const file of filesIn(into)) if (/\.(js|d\.ts)$/.test(file)) await finish(file);
}

function configOf(entries: readonly string[], into: string, globals: string) {
  return {
    compilerOptions: {
      target: "es2022",
      module: "esnext",
      moduleResolution: "bundler",
      rewriteRelativeImportExtensions: true,
      // The types of web APIs come from the globals file.
      lib: ["esnext"],
      types: ["node"],
      typeRoots: [new URL("node_modules/@types", ROOT).pathname],
      strict: true,
      skipLibCheck: true,
      resolveJsonModule: true,
      declaration: true,
      noEmitOnError: true,
      rootDir: ROOT.pathname,
      outDir: into,
    },
    files: [...entries.map((entry) => new URL(entry, ROOT).pathname), globals],
  };
}

/** Completes the compiler's output: imports in types name `.ts` files, and a library is missing. */
async function finish(file: string): Promise<void> {
  const text = await Deno.readTextFile(file);
  const named = text.replace(/((?:from|import) ?\(?"\.[^"]*)\.ts"/g, '$1.js"');
  const isDisposable = file.endsWith(".d.ts") &&
    /\b(Async)?Disposable\b|Symbol\.\w*[dD]ispose/.test(named);
  const library = isDisposable ? '/// <reference lib="esnext.disposable" />\n' : "";
  if (library + named !== text) await Deno.writeTextFile(file, library + named);
}
