import config from "../../deno.json" with { type: "json" };
import type { PackedPackage } from "../../packaging/pack_package.ts";
import { npmInstall } from "../../packaging/tools.ts";
import { packedPackage } from "../packed_package.ts";

/** Project of a user with the package installed. */
export interface InstalledPackage extends AsyncDisposable {
  /** Path of the project. */
  readonly folder: string;
  /** Tarball that was installed. */
  readonly packed: PackedPackage;
}

/** Types of Node, which programs in TypeScript install for themselves. */
const NODE_TYPES = config.imports["@types/node"].replace(/^npm:/, "");

/** Builds and packs the package, and installs it in an empty project outside of this one. */
export async function installPackage(): Promise<InstalledPackage> {
  const folder = await Deno.makeTempDir({ prefix: "package-" });
  const remove = () => Deno.remove(folder, { recursive: true });
  try {
    const packed = await packedPackage();
    const project = `${folder}/project`;
    await Deno.mkdir(project);
    await Deno.writeTextFile(`${project}/package.json`, '{ "private": true, "type": "module" }');
    await npmInstall([packed.file, NODE_TYPES], project);
    return { folder: project, packed, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
