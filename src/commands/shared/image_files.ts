import { readFile } from "node:fs/promises";

/** Reads an image that a person named on the command line; the error is meant for them. */
export async function readImageFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    const { code } = error as { code?: string };
    const why = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`;
    throw new Error(`Cannot open ${path} as ${why}`, { cause: error });
  }
}
