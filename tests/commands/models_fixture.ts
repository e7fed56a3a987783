import everyday8 from "../../models/everyday8.json" with { type: "json" };
import { FILE, sha256 } from "./model/download/file_server.ts";

/** A folder of models of its own, which ends with the test. */
export interface ModelsFixture extends AsyncDisposable {
  /** Path of the folder. */
  readonly path: string;
  /** Names of the files that are there beside the manifests and the catalogue. */
  graphs(): Promise<string[]>;
}

/** What is known of the graph of `far`, and where it is said to be. */
export interface FarModel {
  /** Where the catalogue says that it is. */
  readonly url?: string;
  /** What else the catalogue says of it. */
  readonly entry?: Readonly<Record<string, unknown>>;
  /** Whether the manifest has the graph's size and hash. */
  readonly pinned?: boolean;
}

/**
 * Three models: `far`, whose graph the catalogue knows and which is `FILE`; `own`, which is not in
 * the catalogue; and `lost`, which is not either and has no graph.
 */
export async function modelsFixture(far: FarModel = {}): Promise<ModelsFixture> {
  const { url = "http://127.0.0.1/nowhere", entry = {}, pinned = true } = far;
  const path = await Deno.makeTempDir();
  const write = (name: string, json: unknown) =>
    Deno.writeTextFile(`${path}/${name}`, JSON.stringify(json));
  const known = { sha256: sha256(FILE), bytes: FILE.length };
  for (const id of ["far", "own", "lost"]) {
    const graph = { file: `${id}.onnx`, ...(id === "far" && !pinned ? {} : known) };
    await write(`${id}.json`, { ...everyday8, id, title: `The ${id} one`, graph });
  }
  await write("catalogue.json", [{ id: "far", url, source: "http://127.0.0.1/about", ...entry }]);
  await Deno.writeFile(`${path}/own.onnx`, FILE);
  return {
    path,
    async graphs() {
      const names = await Array.fromAsync(Deno.readDir(path), ({ name }) => name);
      return names.filter((name) => !name.endsWith(".json")).sort();
    },
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}
