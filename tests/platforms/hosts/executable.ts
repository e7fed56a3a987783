import { runTool } from "../../../packaging/tools.ts";

const ROOT = new URL("../../../", import.meta.url);
/** Folder that keeps the runtimes from run to run. */
const FOLDER = new URL("dist/runtimes/", ROOT);

/** Runtime of a pinned release. */
export type RuntimeName = keyof typeof RELEASES;

const RELEASES = {
  node22: "22.23.3",
  node24: "24.21.0",
  bun: "1.4.5",
} as const;

/**
 * Returns the path of a runtime's program. Installs the runtime on first use.
 *
 * Node and Bun are published as npm packages, and npm runs on Deno, so only Deno is needed.
 */
export async function executable(name: RuntimeName): Promise<string> {
  const isBun = name === "bun";
  const release = RELEASES[name];
  const packageName = isBun ? bunPackage() : nodePackage();
  const file = isBun ? "bin/bun" : "bin/node";
  const folder = new URL(`${name}-${release}/`, FOLDER);
  const program = new URL(`node_modules/${packageName}/${file}`, folder);
  if (!await isThere(program)) await install(`${packageName}@${release}`, folder);
  return program.pathname;
}

function nodePackage(): string {
  const { os, arch } = Deno.build;
  const prefix = os === "darwin" && arch === "aarch64" ? "node-bin" : "node";
  return `${prefix}-${os}-${arch === "aarch64" ? "arm64" : "x64"}`;
}

function bunPackage(): string {
  const { os, arch } = Deno.build;
  return `@oven/bun-${os}-${arch === "aarch64" ? "aarch64" : "x64"}`;
}

async function isThere(file: URL): Promise<boolean> {
  return await Deno.stat(file).then(() => true, () => false);
}

/** Installs into a temporary folder and renames it, so that no test finds half a runtime. */
async function install(specifier: string, folder: URL): Promise<void> {
  await Deno.mkdir(FOLDER, { recursive: true });
  const beside = await Deno.makeTempDir({ dir: FOLDER.pathname });
  const flags = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", beside];
  await runTool("npm", ["install", ...flags, specifier], beside);
  // Another process may have installed it first.
  await Deno.rename(beside, folder.pathname.replace(/\/$/, "")).catch(() =>
    Deno.remove(beside, { recursive: true })
  );
}
