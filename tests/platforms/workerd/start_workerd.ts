import { runWrangler } from "./wrangler.ts";
// Last release with the binaries of all platforms. It is not in the import map, so that users who
// only serve do not install its 100 MB.
// deno-lint-ignore no-import-prefix
import workerd from "npm:workerd@1.20261023.1";

const ROOT = new URL("../../../", import.meta.url);
/** Path of the program: the default export inside that of a CommonJS module. */
const BINARY = (workerd as unknown as { default: string }).default;

/** workerd, which serves a bundle that wrangler built. */
export interface Workerd extends AsyncDisposable {
  /** URL of the server. */
  readonly url: string;
  /** Process id, if the process is workerd itself. */
  readonly pid?: number;
}

/** Options of {@linkcode startWorkerd}. */
export interface WorkerdOptions {
  /** Variables and secrets, beside MODEL and LOG. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Path of the Worker's wrangler.toml, from the project's root. Unset: the project's own. */
  readonly config?: string;
  /** Folder of the static assets. Unset: the project's own models. */
  readonly models?: URL;
}

/** Bundles with wrangler, which also checks wrangler.toml, and starts workerd on a free port. */
export async function startWorkerd(
  { environment = {}, config = "wrangler.toml", models = new URL("models", ROOT) }: WorkerdOptions =
    {},
): Promise<Workerd> {
  const folder = await bundleOf(config);
  const variables = { MODEL: "everyday8", LOG: "none", ...environment };
  // Beside the modules, because their names in the file are relative.
  const file = await Deno.makeTempFile({ dir: folder, suffix: ".capnp" });
  await Deno.writeTextFile(file, await configFor(folder, variables, models));
  const process = new Deno.Command(BINARY, {
    args: ["serve", "--control-fd=1", file],
    stdout: "piped",
  }).spawn();
  const url = `http://127.0.0.1:${await listenPort(process.stdout)}`;
  return {
    url,
    pid: process.pid,
    async [Symbol.asyncDispose]() {
      process.kill();
      await process.status;
      await Deno.remove(file);
    },
  };
}

const bundles = new Map<string, Promise<string>>();

/** Returns the folder of a Worker's modules: bundled once, removed when the process ends. */
function bundleOf(config: string): Promise<string> {
  const bundled = bundles.get(config) ?? bundle(config);
  bundles.set(config, bundled);
  return bundled;
}

async function bundle(config: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "workerd-" });
  addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  await runWrangler(["deploy", "--dry-run", "--outdir", folder, "--config", config]);
  return folder;
}

/** Returns the bindings of wrangler.toml in workerd's own format. */
async function configFor(
  folder: string,
  variables: Readonly<Record<string, string>>,
  models: URL,
): Promise<string> {
  const modules = [];
  for await (const { name } of Deno.readDir(folder)) {
    const embedded = `embed ${JSON.stringify(name)}`;
    if (name.endsWith(".wasm")) modules.push(`(name = "./${name}", wasm = ${embedded})`);
    // The first module is the entry, whose handlers are called.
    if (name.endsWith(".js")) modules.unshift(`(name = "${name}", esModule = ${embedded})`);
  }
  const texts = Object.entries(variables).map(([name, value]) =>
    `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(value)})`
  );
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [${modules.join(", ")}],
      bindings = [(name = "ASSETS", service = "assets"), ${texts.join(", ")}],
      compatibilityDate = "2026-10-01",
    )),
    (name = "assets", disk = "${models.pathname}"),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`;
}

/** Reads the port that workerd prints as a line of JSON. */
async function listenPort(stdout: ReadableStream<Uint8Array>): Promise<number> {
  let text = "";
  for await (const chunk of stdout.values({ preventCancel: true })) {
    text += new TextDecoder().decode(chunk);
    const port = text.match(/"port":(\d+)/);
    if (port) return Number(port[1]);
  }
  throw new Error(`workerd did not start: ${text}`);
}
