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
  /** Arguments of the program. */
  readonly args: readonly string[];
  /** Environment variables, beside `PORT`. */
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
 * what the servers of others run.
 *
 * The native engine must be in Deno's cache (`deno task native`).
 */
export async function ourServers({ model, threads }: ServerOptions): Promise<PeerServer[]> {
  const server = (name: string, environment: Record<string, string>): PeerServer => ({
    name,
    command: Deno.execPath(),
    args: ["task", "--quiet", "--cwd", ROOT.pathname, "start"],
    environment: { MODEL: model, LOG: "none", ...environment },
  });
  const counts = threads === 1 ? [1] : [1, threads];
  const native = { ENGINE: "native", THREADS: `${threads}` };
  return [
    server("retinanet-edge, native", native),
    ...await hasVariants(model)
      ? [server("retinanet-edge, native, float graph", { ...native, VARIANTS: "off" })]
      : [],
    ...counts.map((count) =>
      server(`retinanet-edge, wasm, ${count} thread${count === 1 ? "" : "s"}`, {
        ENGINE: "wasm",
        THREADS: `${count}`,
      })
    ),
  ];
}

/** Returns the servers that people would write instead. Installs their packages on first use. */
export async function peerServers({ model, threads }: ServerOptions): Promise<PeerServer[]> {
  const manifest = new URL(`models/${model}.json`, ROOT).pathname;
  const environment = { MODEL: manifest, THREADS: `${threads}`, PYTHONDONTWRITEBYTECODE: "1" };
  const tools = await pythonTools(new URL("python/requirements.txt", HERE));
  const python = (script: string) => ({
    command: new URL("python", tools).pathname,
    args: [new URL(`python/${script}`, HERE).pathname],
    environment,
  });
  return [
    { name: "FastAPI, uvicorn, onnxruntime, Pillow", ...python("fastapi_server.py") },
    { name: "LitServe, onnxruntime, Pillow", ...python("litserve_server.py"), body: "form" },
    {
      name: "Node, sharp, onnxruntime-node",
      command: await executable("node24"),
      args: [await nodeServer()],
      environment,
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
