import config from "../deno.json" with { type: "json" };
import { COMMANDS, EXPORTS } from "./entries.ts";
import { importsOf, packageOf } from "./imports_of.ts";
import { filesIn } from "./tools.ts";
import { VENDOR_FOLDER, VENDORED_IMPORTS } from "./vendor.ts";

/** Oldest Node release: the first whose permission model, `--permission`, is stable. */
const NODE = ">=22.13";

/**
 * Peer dependencies, which the user's program shares with this package. An app can only be mounted
 * under an app of the same Hono.
 */
const PEERS = ["hono"];

/** Optional peer dependencies, each with the package whose version it must have. */
const OPTIONAL: Readonly<Record<string, string>> = { "onnxruntime-node": "onnxruntime-web" };

/** Versions of sharp, the native codec: an optional peer, because many programs have it already. */
const SHARP = { sharp: ">=0.34 <1" };

/**
 * Optional dependencies: npm installs them, and a user may leave them out (`--omit=optional`).
 * libheif-js, the decoder of HEIC, is under the LGPL, which some users do not want.
 */
const OMITTABLE = ["libheif-js"];

/**
 * Returns the content of `package.json`, with the dependencies that the modules import.
 *
 * @param folder Path of the compiled package.
 */
export async function packageJson(folder: string): Promise<Record<string, unknown>> {
  const used = await packagesUsed(folder);
  const versions = Object.fromEntries(used.map((name) => [name, versionOf(name)]));
  const named = (names: readonly string[]) =>
    Object.fromEntries(Object.entries(versions).filter(([name]) => names.includes(name)));
  return {
    name: "retinanet-edge",
    version: config.version,
    description: "Object detection in photos, as a library and as a server: RetinaNet on " +
      "onnxruntime in Deno, Node, Bun, Workers and browsers",
    license: "Apache-2.0",
    keywords: ["object-detection", "retinanet", "onnx", "onnxruntime", "edge", "hono"],
    type: "module",
    engines: { node: NODE },
    sideEffects: false,
    exports: { ...exportsOf(), ...plainFiles("models/*.json", "models/*.onnx", "package.json") },
    bin: Object.fromEntries(
      Object.entries(COMMANDS).map(([name, entry]) => [name, scriptOf(entry).slice(2)]),
    ),
    files: ["browser", "models", "packaging", "routes", "src", VENDOR_FOLDER],
    dependencies: named(used.filter((name) => !PEERS.includes(name) && !OMITTABLE.includes(name))),
    optionalDependencies: named(OMITTABLE),
    peerDependencies: {
      ...Object.fromEntries(PEERS.map((name) => [name, `^${versionOf(name)}`])),
      ...mapValues(OPTIONAL, versionOf),
      ...SHARP,
    },
    peerDependenciesMeta: mapValues({ ...OPTIONAL, ...SHARP }, () => ({ optional: true })),
  };
}

function exportsOf() {
  return Object.fromEntries(
    Object.entries(EXPORTS).map(([entryPoint, conditions]) => [
      entryPoint,
      Object.fromEntries(
        Object.entries(conditions).map(([condition, entry]) => [condition, {
          types: scriptOf(entry).replace(/\.js$/, ".d.ts"),
          default: scriptOf(entry),
        }]),
      ),
    ]),
  );
}

function mapValues<Value>(record: Readonly<Record<string, string>>, map: (value: string) => Value) {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

/** Returns an export of each path under its own name. */
function plainFiles(...paths: readonly string[]): Record<string, string> {
  return Object.fromEntries(paths.map((path) => [`./${path}`, `./${path}`]));
}

function scriptOf(entry: string): string {
  return `./${entry.replace(/\.ts$/, ".js")}`;
}

async function packagesUsed(folder: string): Promise<string[]> {
  const names = new Set<string>(VENDORED_IMPORTS);
  for await (const file of filesIn(folder)) {
    if (!/\.(js|d\.ts)$/.test(file) || file.startsWith(`${folder}/${VENDOR_FOLDER}/`)) continue;
    for (const specifier of importsOf(await Deno.readTextFile(file))) {
      const name = packageOf(specifier);
      if (name !== undefined && !(name in OPTIONAL)) names.add(name);
    }
  }
  return [...names].sort();
}

/** Returns the version of a package that `deno.json` pins. */
function versionOf(name: string): string {
  const specifier = (config.imports as Record<string, string>)[name];
  const version = specifier?.match(/@([\d.]+)$/)?.[1];
  if (version === undefined) throw new Error(`deno.json pins no version of ${name}`);
  return version;
}
