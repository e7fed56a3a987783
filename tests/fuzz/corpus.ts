import type { Bytes } from "./bomb.ts";

const FORMATS = new URL("../sample_images/formats/", import.meta.url);

/** Reads a valid file of each kind of each format. */
export async function corpus(): Promise<readonly (readonly [name: string, bytes: Bytes])[]> {
  const files: [string, Bytes][] = [];
  for await (const { name } of Deno.readDir(FORMATS)) {
    if (!/\.decoded\.png$/.test(name)) {
      files.push([name, await Deno.readFile(new URL(name, FORMATS))]);
    }
  }
  // Folders are listed in any order, but the same seed must make the same files.
  return files.sort(([one], [other]) => one < other ? -1 : 1);
}
