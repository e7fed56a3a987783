import { assert, assertEquals } from "@std/assert";

/** Each room, and the rooms that it may import from; imports go one way. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  "src/core": [],
  "src/image": ["src/core"],
  "src/eval": ["src/core"],
  "models": ["src/core"],
  "src/ports": ["src/core", "src/image"],
  "src/detect": ["src/core", "src/image", "src/ports", "models"],
  "src/runtime": ["src/core", "src/image", "src/ports", "models"],
  "routes": ["src/core", "src/ports", "src/detect", "models"],
  "src/entry": [
    ...["src/core", "src/image", "src/eval", "src/ports", "src/detect", "src/runtime"],
    ...["models", "routes"],
  ],
};

/** Each room's packages; a room that is not here has none. */
const MAY_USE: Record<string, readonly string[]> = {
  "models": ["@noble/hashes", "zod"],
  "routes": ["hono", "hono-rate-limiter", "ipaddr.js", "zod"],
  "src/runtime": [
    "@petamoriken/float16",
    "icodec",
    "imagescript",
    "ipaddr.js",
    "onnxruntime-",
    "node:",
  ],
  "src/entry": [
    ...["@bufbuild/protobuf", "@hono/node-server", "hono", "zod", "cli-progress", "cli-table3"],
    "node:",
  ],
};

const ROOT = new URL("../", import.meta.url);

Deno.test("every module lies in a room", async () => {
  const strangers = (await modules()).filter(({ room }) => room === undefined);
  assertEquals(strangers.map(({ path }) => path), []);
});

Deno.test("rooms import only what lies below them", async () => {
  const wrong = (await modules()).flatMap(({ path, room, imports }) =>
    imports.filter((target) => {
      const other = roomOf(target);
      return other !== undefined && other !== room && !MAY_IMPORT[room!].includes(other);
    }).map((target) => `${path} imports ${target}`)
  );
  assertEquals(wrong, []);
});

Deno.test("rooms use only their own packages", async () => {
  const wrong = (await modules()).flatMap(({ path, room, packages }) =>
    packages.filter((name) => !(MAY_USE[room!] ?? []).some((allowed) => name.startsWith(allowed)))
      .map((name) => `${path} uses ${name}`)
  );
  assertEquals(wrong, []);
});

Deno.test("no module imports itself in a circle", async () => {
  const graph = new Map((await modules()).map(({ path, imports }) => [path, imports]));
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]) => {
    assert(!trail.includes(path), `a circle: ${[...trail, path].join(" → ")}`);
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
});

Deno.test("code outside runtime and entry names no runtime and no exporter", async () => {
  const names =
    /\b(Deno|workerd|Cloudflare|process|Bun|torchvision|detectron2?|keras|odtk|mlperf)\b/;
  const wrong: string[] = [];
  for (const { path, room } of await modules()) {
    if (room === "src/runtime" || room === "src/entry" || path.endsWith(".json")) continue;
    const found = withoutComments(await Deno.readTextFile(new URL(path, ROOT))).match(names);
    if (found) wrong.push(`${path} names ${found[0]}`);
  }
  assertEquals(wrong, []);
});

interface Module {
  readonly path: string;
  readonly room: string | undefined;
  /** Paths below the root. */
  readonly imports: readonly string[];
  /** Bare specifiers. */
  readonly packages: readonly string[];
}

interface GraphModule {
  readonly specifier: string;
  readonly dependencies?: readonly {
    readonly specifier: string;
    readonly code?: Resolved;
    readonly type?: Resolved;
  }[];
}

interface Resolved {
  readonly specifier?: string;
}

let cached: Promise<Module[]> | undefined;

/** Every module of the rooms, with what it imports, types too, by the runtime's own account. */
function modules(): Promise<Module[]> {
  return cached ??= readModules();
}

async function readModules(): Promise<Module[]> {
  const files: string[] = [];
  for (const folder of ["src", "models", "routes"]) await collect(`${folder}/`, files);
  const seen = new Map<string, Module>();
  for (const file of files) {
    if (seen.has(file)) continue;
    for (const module of await graphFrom(file)) seen.set(module.path, module);
  }
  return [...seen.values()];
}

async function collect(folder: string, files: string[]): Promise<void> {
  for await (const entry of Deno.readDir(new URL(folder, ROOT))) {
    const path = folder + entry.name;
    if (entry.isDirectory) await collect(`${path}/`, files);
    else if (/(?<!\.d)\.[jt]s$/.test(path)) files.push(path);
  }
}

async function graphFrom(file: string): Promise<Module[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-lock", file],
    cwd: ROOT,
  }).output();
  const graph = JSON.parse(new TextDecoder().decode(stdout)) as { modules: GraphModule[] };
  return graph.modules.flatMap(({ specifier, dependencies = [] }) => {
    const path = pathOf(specifier);
    if (path === undefined) return [];
    const local = dependencies.map(({ code, type }) => pathOf((code ?? type)?.specifier));
    return [{
      path,
      room: roomOf(path),
      imports: local.filter((target): target is string => target !== undefined),
      packages: dependencies.map((each) => each.specifier).filter((name) =>
        !/^(\.|file:)/.test(name)
      ),
    }];
  });
}

/** Path below the root, of a module that is ours. */
function pathOf(specifier: string | undefined): string | undefined {
  if (!specifier?.startsWith(ROOT.href)) return undefined;
  const path = specifier.slice(ROOT.href.length);
  return path.startsWith("node_modules/") ? undefined : path;
}

function roomOf(path: string): string | undefined {
  return Object.keys(MAY_IMPORT).find((room) => path.startsWith(`${room}/`));
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}
