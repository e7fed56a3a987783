import { bundleBrowser } from "./bundle_browser.ts";
import { compile } from "./compile.ts";
import { COMMANDS, EXPORTS, FILES, PROGRAMS } from "./entries.ts";
import { packageJson } from "./package_json.ts";
import { pruneTypes } from "./prune_types.ts";
import { ROOT } from "./tools.ts";
import { vendorPackages } from "./vendor.ts";

/**
 * Builds the npm package.
 *
 * @param target URL of the package folder. An old one is replaced after the build has succeeded.
 */
export async function buildPackage(target: URL): Promise<void> {
  const parent = new URL("../", target);
  await Deno.mkdir(parent, { recursive: true });
  const folder = await Deno.makeTempDir({ dir: parent.pathname, prefix: "building-" });
  try {
    const exported = Object.values(EXPORTS).flatMap((conditions) => Object.values(conditions));
    await compile([...exported, ...Object.values(COMMANDS), ...PROGRAMS], folder);
    await pruneTypes(folder, exported);
    await bundleScripts(`${folder}/browser`);
    for (const [from, to] of Object.entries(FILES)) await copy(from, `${folder}/${to}`);
    await vendorPackages(folder);
    const json = JSON.stringify(await packageJson(folder), null, 2);
    await Deno.writeTextFile(`${folder}/package.json`, `${json}\n`);
    await Deno.chmod(folder, 0o755);
    await replace(folder, target);
  } finally {
    await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}

/** Bundles the browser scripts, without the wasm files that they load. */
async function bundleScripts(target: string): Promise<void> {
  const bundle = await Deno.makeTempDir({ prefix: "bundle-" });
  await bundleBrowser(new URL(`file://${bundle}/`));
  await Deno.mkdir(target);
  for await (const { name } of Deno.readDir(bundle)) {
    const isOurs = /\.(js|txt)$/.test(name);
    if (isOurs) await Deno.copyFile(`${bundle}/${name}`, `${target}/${name}`);
  }
  await Deno.remove(bundle, { recursive: true });
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
  await Deno.copyFile(new URL(from, ROOT), to);
}

/** Swaps the folders by renaming, so that no reader finds half a package. */
async function replace(folder: string, target: URL): Promise<void> {
  const path = target.pathname.replace(/\/$/, "");
  const old = `${folder}.old`;
  await Deno.rename(path, old).catch(() => {});
  await Deno.rename(folder, path);
  await Deno.remove(old, { recursive: true }).catch(() => {});
}

if (import.meta.main) {
  const target = new URL("dist/npm/", ROOT);
  await buildPackage(target);
  console.log("The package is in dist/npm.");
}
