import type { PackedPackage } from "../../packaging/pack_package.ts";
import { runTool } from "../../packaging/tools.ts";
import { packedPackage } from "../packed_package.ts";

/** Project of a user with the package installed. */
export interface InstalledPackage extends AsyncDisposable {
  /** Path of the project. */
  readonly folder: string;
  /** Tarball that was installed. */
  readonly packed: PackedPackage;
}

/** Builds and packs the package, and installs it in an empty project outside of this one. */
export async function installPackage(): Promise<InstalledPackage> {
  const folder = await Deno.makeTempDir({ prefix: "package-" });
  const remove = () => Deno.remove(folder, { recursive: true });
  try {
    const packed = await packedPackage();
    const project = `${folder}/project`;
    await Deno.mkdir(project);
    await Deno.writeTextFile(`${project}/package.json`, '{ "private": true, "type": "module" }');
    const flags = ["--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"];
    await runTool("npm", ["install", ...flags, packed.file], project);
    return { folder: project, packed, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
