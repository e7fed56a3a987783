import { builtPackage } from "./built_package.ts";

const PROGRAMS = new URL("project/", import.meta.url);

/** Project of a user, in a temporary folder. */
export interface HostProject extends AsyncDisposable {
  /** Path of the folder. */
  readonly folder: string;
}

/** Creates a user's project with the npm package and the programs of `project/`. */
export async function hostProject(): Promise<HostProject> {
  const folder = await Deno.makeTempDir({ prefix: "hosts-" });
  await Deno.writeTextFile(`${folder}/package.json`, '{ "private": true, "type": "module" }');
  await Deno.mkdir(`${folder}/node_modules`);
  const built = (await builtPackage()).pathname.replace(/\/$/, "");
  await Deno.symlink(built, `${folder}/node_modules/retinanet-edge`);
  for await (const { name } of Deno.readDir(PROGRAMS)) {
    await Deno.copyFile(new URL(name, PROGRAMS), `${folder}/${name}`);
  }
  return { folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}
