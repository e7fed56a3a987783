import { runTool } from "./tools.ts";

/** Tarball of a package, as `npm pack` reports it. */
export interface PackedPackage {
  /** Path of the tarball. */
  readonly file: string;
  /** Bytes of the tarball. */
  readonly size: number;
  /** Bytes of its files, unpacked. */
  readonly unpackedSize: number;
  /** Files in it. */
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/**
 * Packs a package as npm would publish it.
 *
 * @param folder Path of the package.
 * @param into Path of the folder for the tarball.
 */
export async function packPackage(folder: string, into: string): Promise<PackedPackage> {
  const args = ["pack", folder, "--json", "--pack-destination", into];
  const [packed] = JSON.parse(await runTool("npm", args, into));
  return { ...packed, file: `${into}/${packed.filename}` };
}
