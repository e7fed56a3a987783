import { assert, assertEquals } from "@std/assert";
import { readSource, sourcesIn, withoutComments } from "./sources.ts";

/**
 * Each room from the lowest floor up, and the rooms that it may import.
 *
 * A path belongs to the longest room that it starts with: `src/image/formats` is a room of its own.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "src/core": [],
  "src/eval": [],
  "src/image/formats": ["src/core"],
  "src/manifest": ["src/core"],
  "routes/http": ["src/core"],
  "src/draw": ["src/core"],
  "routes/page": ["routes/http"],
  "src/image": ["src/core", "src/image/formats"],
  "routes/guards": ["src/core", "routes/http"],
  "src/ports": ["src/core", "src/image/formats", "src/image", "src/manifest"],
  "src/detect": [
    ...["src/core", "src/draw", "src/image/formats", "src/image", "src/manifest", "src/ports"],
  ],
  "src/describe": ["src/core", "src/image", "src/manifest", "src/ports"],
  "src/codecs": ["src/core", "src/image/formats", "src/image", "src/ports"],
  "src/engines": ["src/core", "src/image", "src/ports"],
  "src/stores": ["src/core", "src/manifest", "src/ports"],
  "src/isolation": ["src/core", "src/image", "src/ports"],
  "src/serving": ["src/core", "src/image", "src/manifest", "src/ports"],
  "page": ["src/core", "src/draw", "src/ports", "src/stores"],
  "routes/detect": [
    ...[
      "src/core",
      "src/draw",
      "src/image",
      "src/image/formats",
      "src/ports",
      "src/detect",
      "src/serving",
      "routes/http",
    ],
  ],
  "routes/open_inference": [
    ...["src/core", "src/image", "src/manifest", "src/ports", "src/serving"],
    ...["routes/http", "routes/detect"],
  ],
  "routes/hugging_face": [
    ...["src/core", "src/ports", "routes/http", "routes/detect"],
  ],
  "routes/roboflow": [
    ...["src/core", "src/ports", "src/detect", "src/serving", "routes/http", "routes/detect"],
  ],
  "routes/vision": ["src/core", "src/ports", "routes/http", "routes/detect"],
  "routes/coco": ["src/core", "src/ports", "routes/http", "routes/detect"],
  "routes/reference": ["routes/http"],
  "routes": [
    ...["src/ports", "src/detect", "src/serving"],
    ...["routes/http", "routes/guards", "routes/page", "routes/detect", "routes/open_inference"],
    ...["routes/hugging_face", "routes/roboflow", "routes/vision", "routes/coco"],
    "routes/reference",
  ],
  "src/embed": [
    ...["src/core", "src/image", "src/manifest", "src/ports", "src/detect", "src/serving"],
    ...["routes/http", "routes"],
  ],
  "src/server": [
    ...["src/core", "src/image", "src/manifest", "src/ports", "src/serving"],
    ...["routes/http", "routes/guards", "routes"],
  ],
  "src/platforms/browser": [
    ...["src/core", "src/ports", "src/detect"],
    ...["src/codecs", "src/engines", "src/stores", "src/isolation", "src/embed"],
  ],
  "src/platforms/host": [
    ...["src/core", "src/ports", "src/detect", "src/codecs", "src/engines"],
    ...["src/stores", "src/isolation", "src/serving", "src/embed", "src/server"],
    ...["routes/http", "routes/guards", "routes/page", "routes"],
  ],
  "src/platforms/workerd": [
    ...["src/core", "src/ports", "src/detect", "src/codecs", "src/engines", "src/stores"],
    ...["src/serving", "src/embed", "src/server", "routes"],
  ],
  "src/platforms/serverless": [
    ...["src/detect", "src/serving", "src/server", "src/platforms/host"],
  ],
  "src/planner": [
    ...["src/core", "src/image", "src/manifest", "src/platforms/workerd"],
  ],
  "src/commands": [
    ...["src/core", "src/draw", "src/image", "src/image/formats", "src/manifest", "src/eval"],
    ...["src/ports", "src/detect", "src/describe", "src/engines", "src/stores", "src/planner"],
    ...["src/embed", "src/server", "src/platforms/host"],
  ],
};

/** Packages of each room; a room that is not named here has none. */
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  "src/manifest": ["@noble/hashes", "zod"],
  "src/engines": ["@petamoriken/float16", "onnxruntime-", "node:module"],
  "src/describe": ["zod"],
  "src/codecs": ["jpeg-js", "node:module"],
  "src/stores": ["node:fs", "node:url"],
  "src/planner": ["@bufbuild/protobuf"],
  "routes/http": ["hono"],
  "routes/guards": [
    ...["@noble/hashes", "@opentelemetry/api", "hono", "hono-rate-limiter", "ipaddr.js"],
    "tiny-lru",
  ],
  "routes/detect": ["fflate", "hono", "multipasta", "zod"],
  "routes/open_inference": ["hono", "zod"],
  "routes/hugging_face": ["hono", "zod"],
  "routes/roboflow": ["hono", "zod"],
  "routes/vision": ["hono", "zod"],
  "routes/coco": ["hono"],
  "routes/reference": ["hono"],
  "routes": ["hono"],
  "routes/page": ["hono"],
  "src/embed": ["hono"],
  "src/server": ["hono", "zod"],
  "src/platforms/browser": ["onnxruntime-"],
  "src/platforms/host": [
    "@hono/node-server",
    "hono",
    "icodec",
    "ipaddr.js",
    "libheif-js",
    "node:",
    "prom-client",
    "onnxruntime-web/ort-wasm-simd-threaded.wasm",
  ],
  "src/platforms/workerd": ["icodec", "onnxruntime-"],
  "src/platforms/serverless": ["hono", "node:"],
  "src/commands": [
    ...["@bomb.sh/tab", "cli-progress", "cli-table3", "commander", "csv-parse", "tinyglobby"],
    ...["yaml", "zod", "node:"],
  ],
};

/** Rooms that may name a runtime: the platforms, their estimates, and the commands of a machine. */
const NAMES_RUNTIMES = ["src/platforms/", "src/planner/", "src/commands/"];

/** The room that may name an exporter in code: it drafts manifests of foreign graphs. */
const NAMES_EXPORTERS = ["src/describe/"];

const ROOT = new URL("../", import.meta.url);

Deno.test("every room is a folder with modules of its own", async () => {
  const used = new Set((await modules()).map(({ room }) => room));
  assertEquals(Object.keys(MAY_IMPORT).filter((room) => !used.has(room)), []);
  assertEquals(Object.keys(MAY_USE).filter((room) => !(room in MAY_IMPORT)), []);
});

Deno.test("every module lies in a room", async () => {
  const homeless = (await modules()).filter(({ room }) => room === undefined);
  assertEquals(homeless.map(({ path }) => path), []);
});

Deno.test("a room may import only rooms above it in the list", () => {
  const rooms = Object.keys(MAY_IMPORT);
  const wrong = Object.entries(MAY_IMPORT).flatMap(([room, others], floor) =>
    others.filter((other) => !rooms.slice(0, floor).includes(other))
      .map((other) => `${room} may import ${other}`)
  );
  assertEquals(wrong, []);
});

Deno.test("rooms import only the rooms named for them", async () => {
  const wrong = (await modules()).flatMap(({ path, room, imports }) =>
    imports.filter((target) => {
      const other = roomOf(target);
      return other !== undefined && other !== room && !MAY_IMPORT[room!]?.includes(other);
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

Deno.test("every room uses the rooms and packages named for it", async () => {
  const all = await modules();
  const unused = (table: typeof MAY_IMPORT, isUsed: (module: Module, name: string) => boolean) =>
    Object.entries(table).flatMap(([room, names]) => {
      const own = all.filter((module) => module.room === room);
      return names.filter((name) => !own.some((module) => isUsed(module, name)))
        .map((name) => `${room} does not use ${name}`);
    });
  const rooms = unused(
    MAY_IMPORT,
    ({ imports }, name) => imports.some((target) => roomOf(target) === name),
  );
  const packages = unused(
    MAY_USE,
    (module, name) => module.packages.some((each) => each.startsWith(name)),
  );
  assertEquals([...rooms, ...packages], []);
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

Deno.test("only platforms, planner and commands name a runtime", async () => {
  const names = /\b(Deno|workerd|Cloudflare|process|Bun)\b/;
  assertEquals(await modulesThatName(names, NAMES_RUNTIMES), []);
});

Deno.test("only describe names an exporter", async () => {
  const names = /\b(torchvision|detectron2?|keras|odtk|mlperf)\b/;
  assertEquals(await modulesThatName(names, NAMES_EXPORTERS), []);
});

/** Modules outside `rooms` whose code, comments apart, matches `names`. */
async function modulesThatName(names: RegExp, rooms: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const { path } of await modules()) {
    if (rooms.some((room) => path.startsWith(room)) || !isSource(path)) continue;
    const match = withoutComments(path, await readSource(path)).match(names);
    if (match) found.push(`${path} names ${match[0]}`);
  }
  return found;
}

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
  const files = (await Promise.all(["src", "routes", "page"].map(sourcesIn))).flat();
  const seen = new Map<string, Module>();
  for (const file of files) {
    if (seen.has(file)) continue;
    for (const module of await graphFrom(file)) seen.set(module.path, module);
  }
  return [...seen.values()];
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
      // A wasm module names its imports by itself: they are no packages.
      packages: dependencies.map((each) => each.specifier).filter((name) =>
        isSource(path) && !/^(\.|file:)/.test(name)
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

function isSource(path: string): boolean {
  return /\.[jt]s$/.test(path);
}

function roomOf(path: string): string | undefined {
  return Object.keys(MAY_IMPORT)
    .filter((room) => path.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0];
}
