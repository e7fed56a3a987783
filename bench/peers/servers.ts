import { npmInstall } from "../../packaging/tools.ts";
import { executable } from "../../tests/platforms/hosts/executable.ts";
import { pythonTools } from "../../tests/python_tools.ts";

const HERE = new URL("./", import.meta.url);
const ROOT = new URL("../../", HERE);

/** Server that runs the default model and answers `POST /detect`. */
export interface PeerServer {
  /** Program and engine, as the table names them. */
  readonly name: string;
  /** Program to start. */
  readonly command: string;
  /** Returns the arguments of the program for the port that the server listens on. */
  readonly args: (port: number) => readonly string[];
  /** Environment variables, beside `PORT`, which names the port, too. */
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Body of a request with an image.
   *
   * @default "bytes"
   */
  readonly body?: "bytes" | "form";
}

/** Options of {@linkcode ourServers} and {@linkcode peerServers}. */
export interface ServerOptions {
  /** Id of the model, which lies in `models`. */
  readonly model: string;
  /** Threads of the engine, the same for all. */
  readonly threads: number;
}

/**
 * Returns this project's server with each engine and number of threads that is compared. The native
 * engine runs the variant of the graph that the manifest lists for it, and the graph itself, which is
 * what the servers of others run. It also runs in the threads of `deno serve`, without worker
 * processes.
 *
 * The native engine must be in Deno's cache (`deno task native`).
 */
export async function ourServers({ model, threads }: ServerOptions): Promise<PeerServer[]> {
  const server = (name: string, environment: Record<string, string>): PeerServer => ({
    name: `retinanet-edge, ${name}`,
    command: Deno.execPath(),
    args: () => ["task", "--quiet", "--cwd", ROOT.pathname, "start"],
    environment: { MODEL: model, LOG: "none", ...environment },
  });
  const parallel = (name: string, environment: Record<string, string>): PeerServer => ({
    ...server(`${name}, deno serve`, { ...environment, THREADS: "1", DENO_JOBS: `${threads}` }),
    args: (port) => denoServe(DENO_ENTRY, port),
  });
  const native = { ENGINE: "native", THREADS: `${threads}` };
  const graphs = {
    native,
    ...await hasVariants(model) && { "native, float graph": { ...native, VARIANTS: "off" } },
  };
  const counts = threads === 1 ? [1] : [1, threads];
  return [
    ...[server, parallel].flatMap((start) =>
      Object.entries(graphs).map(([name, environment]) => start(name, environment))
    ),
    ...counts.map((count) =>
      server(`wasm, ${count} thread${count === 1 ? "" : "s"}`, {
        ENGINE: "wasm",
        THREADS: `${count}`,
      })
    ),
  ];
}

/** Entry of this project for `deno serve`. */
const DENO_ENTRY = new URL("src/platforms/serverless/deno.ts", ROOT);

/** Returns the arguments that serve a module in as many threads as `DENO_JOBS` says. */
function denoServe(module: URL, port: number): string[] {
  return ["serve", "-A", "--parallel", "--port", `${port}`, module.pathname];
}

/** Returns the servers that people would write instead. Installs their packages on first use. */
export async function peerServers({ model, threads }: ServerOptions): Promise<PeerServer[]> {
  const manifest = new URL(`models/${model}.json`, ROOT).pathname;
  const environment = { MODEL: manifest, THREADS: `${threads}`, PYTHONDONTWRITEBYTECODE: "1" };
  const tools = await pythonTools(new URL("python/requirements.txt", HERE));
  const nodeScript = await nodeServer();
  const python = (script: string) => ({
    command: new URL("python", tools).pathname,
    args: () => [new URL(`python/${script}`, HERE).pathname],
    environment,
  });
  return [
    { name: "FastAPI, uvicorn, onnxruntime, Pillow", ...python("fastapi_server.py") },
    { name: "LitServe, onnxruntime, Pillow", ...python("litserve_server.py"), body: "form" },
    {
      name: "Node, sharp, onnxruntime-node",
      command: await executable("node24"),
      args: () => [nodeScript],
      environment,
    },
    {
      name: "deno serve, detector of retinanet-edge alone",
      command: Deno.execPath(),
      args: (port) => denoServe(new URL("deno/server.ts", HERE), port),
      environment: { MODEL: model, DENO_JOBS: `${threads}` },
    },
  ];
}

async function hasVariants(model: string): Promise<boolean> {
  const manifest = await Deno.readTextFile(new URL(`models/${model}.json`, ROOT));
  return "variants" in JSON.parse(manifest);
}

/** Copies the Node server beside its packages below `dist`, and returns the path of its script. */
async function nodeServer(): Promise<string> {
  const folder = new URL("dist/peers/node/", ROOT);
  await Deno.mkdir(folder, { recursive: true });
  for (const file of ["package.json", "server.js"]) {
    await Deno.copyFile(new URL(`node/${file}`, HERE), new URL(file, folder));
  }
  // The script of onnxruntime-node would download CUDA.
  await npmInstall([], folder);
  return new URL("server.js", folder).pathname;
}
