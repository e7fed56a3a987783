import { executable, type RuntimeName } from "../tests/platforms/hosts/executable.ts";
import { installPackage } from "../tests/package/installed_package.ts";

/** New processes for each figure. */
const ROUNDS = 21;

const SCRIPT = `const started = performance.now();
await import("retinanet-edge");
console.log(performance.now() - started);`;

/** Prints the size of the npm package and the time to import it in a new process. */
async function main(): Promise<void> {
  await using installed = await installPackage();
  const { size, unpackedSize, files } = installed.packed;
  const js = files.filter(({ path }) => path.endsWith(".js"));
  const types = files.filter(({ path }) => path.endsWith(".d.ts"));
  console.log(`packed ${megabytes(size)}, unpacked ${megabytes(unpackedSize)}`);
  console.log(`of it JavaScript ${megabytes(sum(js))}, types ${megabytes(sum(types))}`);
  console.log(`installed with dependencies ${megabytes(await folderBytes(installed.folder))}`);
  await Deno.writeTextFile(`${installed.folder}/import.mjs`, SCRIPT);
  for (const runtime of ["node22", "node24", "bun"] as const) {
    console.log(`import on ${runtime}: ${await importTime(runtime, installed.folder)} ms`);
  }
}

async function folderBytes(folder: string): Promise<number> {
  const { stdout } = await new Deno.Command("du", { args: ["-sk", `${folder}/node_modules`] })
    .output();
  return 1024 * parseInt(new TextDecoder().decode(stdout));
}

async function importTime(runtime: RuntimeName, folder: string): Promise<string> {
  const command = await executable(runtime);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { stdout } = await new Deno.Command(command, { args: ["import.mjs"], cwd: folder })
      .output();
    times.push(Number(new TextDecoder().decode(stdout)));
  }
  times.sort((a, b) => a - b);
  return times[ROUNDS >> 1]!.toFixed(0);
}

function sum(files: readonly { readonly size: number }[]): number {
  return files.reduce((bytes, { size }) => bytes + size, 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

await main();
