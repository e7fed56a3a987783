import { runTool } from "./run_tool.ts";

/** What is in a tarball. */
export interface PackedPackage {
  /** Path of the tarball. */
  readonly file: string;
  /** Bytes of the tarball. */
  readonly size: number;
  /** Bytes of its files. */
  readonly unpackedSize: number;
  /** Its files. */
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** Packs a package as npm would publish it. */
export async function packPackage(folder: string, into: string): Promise<PackedPackage> {
  const args = ["pack", folder, "--json", "--pack-destination", into];
  const [packed] = JSON.parse(await runTool("npm", args, into));
  return { ...packed, file: `${into}/${packed.filename}` };
}
