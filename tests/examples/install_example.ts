import { npmInstall } from "../../packaging/tools.ts";
import { packedPackage } from "../packed_package.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url);

/** Copy of an example with its dependencies installed. */
export interface InstalledExample extends AsyncDisposable {
  /** Path of the copy, without a slash at its end. */
  readonly folder: string;
}

/** Copies an example out of this project and installs its dependencies, with the current package. */
export async function installExample(name: string): Promise<InstalledExample> {
  const root = await Deno.makeTempDir({ prefix: `example-${name}-` });
  const remove = () => Deno.remove(root, { recursive: true });
  const folder = `${root}/${name}`;
  try {
    await copyFolder(new URL(`${name}/`, EXAMPLES), folder);
    const file = `${folder}/package.json`;
    const json = JSON.parse(await Deno.readTextFile(file));
    for (const kind of [json.dependencies, json.devDependencies]) {
      if (kind?.["retinanet-edge"] === undefined) continue;
      kind["retinanet-edge"] = `file:${(await packedPackage()).file}`;
      await Deno.writeTextFile(file, JSON.stringify(json));
    }
    await npmInstall([], folder);
    return { folder, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Copies an example without its `node_modules`. */
export async function copyFolder(from: URL, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (name === "node_modules") continue;
    if (isDirectory) await copyFolder(new URL(`${name}/`, from), `${to}/${name}`);
    else await Deno.copyFile(new URL(name, from), `${to}/${name}`);
  }
}
