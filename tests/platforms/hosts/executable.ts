import { runTool } from "../../../packaging/tools.ts";

const ROOT = new URL("../../../", import.meta.url);
/** Where they are kept from run to run. */
const FOLDER = new URL("dist/runtimes/", ROOT);

/** A runtime at one release. */
export type RuntimeName = keyof typeof RELEASES;

const RELEASES = {
  node20: "20.20.2",
  node24: "24.21.0",
  bun: "1.4.5",
} as const;

/**
 * Path of a runtime's program; it is installed on first use.
 *
 * Node's and Bun's releases come as npm packages, and npm itself runs on Deno, which is enough.
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

/** Beside its place first, so that nobody meets half of it. */
async function install(what: string, folder: URL): Promise<void> {
  await Deno.mkdir(FOLDER, { recursive: true });
  const beside = await Deno.makeTempDir({ dir: FOLDER.pathname });
  const flags = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", beside];
  await runTool("npm", ["install", ...flags, what], beside);
  // Another process may have been faster.
  await Deno.rename(beside, folder.pathname.replace(/\/$/, "")).catch(() =>
    Deno.remove(beside, { recursive: true })
  );
}
