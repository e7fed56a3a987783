/** URL of the project's root folder, with a slash at its end. */
export const ROOT = new URL("../", import.meta.url);

/** npm tools, each pinned to a release. They run on Deno, so nothing else has to be installed. */
const TOOLS = {
  "npm": "npm:npm@11.6.0",
  "tsc": "npm:typescript@7.0.2/tsc",
  "tsc5": "npm:typescript@5.9.3/tsc",
  "publint": "npm:publint@0.3.25",
  "openapi-typescript": "npm:openapi-typescript@7.13.0",
  "attw": "npm:@arethetypeswrong/cli@0.18.5",
} as const;

/** Yields the path of every file in a folder, recursively. */
export async function* filesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* filesIn(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}

/**
 * Runs Deno in a folder.
 *
 * @returns Its standard output.
 * @throws {Error} If it fails, with its standard output and standard error.
 */
export async function runDeno(args: readonly string[], cwd: URL | string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  const output = decoder.decode(stdout);
  if (success) return output;
  throw new Error(`deno ${args.join(" ")} failed:\n${output}${decoder.decode(stderr)}`);
}

/**
 * Installs packages by npm, without their scripts.
 *
 * @param packages Packages to install. Empty: those of the folder's `package.json`.
 */
export async function npmInstall(
  packages: readonly string[],
  folder: URL | string,
): Promise<void> {
  const flags = ["--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"];
  await runTool("npm", ["install", ...flags, ...packages], folder);
}

/**
 * Runs an npm tool in a folder.
 *
 * @returns Its standard output.
 * @throws {Error} If it fails, with its standard output and standard error.
 */
export function runTool(
  tool: keyof typeof TOOLS,
  args: readonly string[],
  cwd: URL | string,
): Promise<string> {
  const deno = ["run", "-A", "--no-lock", "--no-config", "--node-modules-dir=none"];
  return runDeno([...deno, TOOLS[tool], ...args], cwd);
}
