import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type PackedPackage, packPackage } from "../packaging/pack_package.ts";
import { builtOnce } from "./built_once.ts";
import { builtPackage } from "./platforms/hosts/built_package.ts";

/** File with what npm reports about the tarball. */
const REPORT = "report.json";

/** Builds and packs the npm package, once for each state of the sources. */
export async function packedPackage(): Promise<PackedPackage> {
  const folder = fileURLToPath(await builtOnce("packed", packInto));
  const report = JSON.parse(await Deno.readTextFile(join(folder, REPORT)));
  return { ...report, file: join(folder, basename(report.file)) };
}

async function packInto(folder: URL): Promise<void> {
  await Deno.mkdir(folder);
  const path = fileURLToPath(folder).replace(/\/$/, "");
  const packed = await packPackage((await builtPackage()).pathname, path);
  await Deno.writeTextFile(join(path, REPORT), JSON.stringify(packed));
}
