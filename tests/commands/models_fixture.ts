import everyday8 from "../../models/everyday8.json" with { type: "json" };
import { FILE, sha256 } from "./model/download/file_server.ts";

const { variants: _, ...MANIFEST } = everyday8;

/** Temporary folder of models. */
export interface ModelsFixture extends AsyncDisposable {
  /** Path of the folder. */
  readonly path: string;
  /** Lists the files that are not JSON. */
  graphs(): Promise<string[]>;
}

/** Catalogue entry and manifest of the model `far`. */
export interface FarModel {
  /** URL of the graph in the catalogue. */
  readonly url?: string;
  /** Other properties of the catalogue entry. */
  readonly entry?: Readonly<Record<string, unknown>>;
  /** False to leave the size and the hash out of the manifest. */
  readonly pinned?: boolean;
}

/**
 * Creates three models: `far`, whose graph `FILE` the catalogue lists; `own`, which the catalogue
 * does not list; and `lost`, which it does not list either and which has no graph.
 */
export async function modelsFixture(far: FarModel = {}): Promise<ModelsFixture> {
  const { url = "http://127.0.0.1/nowhere", entry = {}, pinned = true } = far;
  const path = await Deno.makeTempDir();
  const write = (name: string, json: unknown) =>
    Deno.writeTextFile(`${path}/${name}`, JSON.stringify(json));
  const known = { sha256: sha256(FILE), bytes: FILE.length };
  for (const id of ["far", "own", "lost"]) {
    const graph = { file: `${id}.onnx`, ...(id === "far" && !pinned ? {} : known) };
    await write(`${id}.json`, { ...MANIFEST, id, title: `The ${id} one`, graph });
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
