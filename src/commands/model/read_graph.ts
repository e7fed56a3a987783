import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { foreignOperatorFault } from "../../engines/start_fault.ts";
import { foreignFileFault } from "../../manifest/foreign_file.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import { sha256 } from "../../manifest/sha256.ts";
import { externalFilesOf, foreignOperatorsOf, readOnnx } from "../../planner/read_onnx.ts";
import type { GraphData } from "../../ports/session.ts";

/** Graph on disk, with the files that hold its weights. */
export interface GraphOnDisk {
  /** Bytes of the graph. */
  readonly bytes: Uint8Array;
  /** Files with weights of the graph. Empty if the graph contains all its weights. */
  readonly data: readonly GraphData[];
  /** Value of the key `graph` in a manifest for these files. */
  readonly entry: Manifest["graph"];
}

/**
 * Reads a graph and the files beside it that hold its weights (ONNX external data).
 *
 * @throws {TypeError} If the file is not an ONNX graph, if a file with its weights is missing, or
 *   if an operator is not part of ONNX. The message names the cause.
 */
export async function readGraph(path: string): Promise<GraphOnDisk> {
  const bytes = new Uint8Array(await readFile(path));
  const file = basename(path);
  refuseForeign(file, bytes);
  const [operator] = foreignOperatorsOf(bytes);
  if (operator !== undefined) {
    throw new TypeError(`Cannot describe ${file} as ${foreignOperatorFault(operator)}`);
  }
  const data: GraphData[] = [];
  for (const name of externalFilesOf(bytes)) data.push(await readDataFile(path, name));
  const entry = { file, ...await pinned(bytes) };
  if (data.length === 0) return { bytes, data, entry };
  refuseCut(file, bytes, data);
  const files = await Promise.all(
    data.map(async (each) => ({ file: each.file, ...await pinned(each.bytes) })),
  );
  return { bytes, data, entry: { ...entry, data: files } };
}

/** Reads one file with weights of a graph. The file must be in the folder of the graph. */
async function readDataFile(graph: string, name: string): Promise<GraphData> {
  const file = basename(graph);
  const remedy = "or save the graph with its weights inside (onnx.save_model, or " +
    "external_data=False of torch.onnx.export)";
  if (name !== basename(name)) {
    throw new TypeError(
      `Cannot describe ${file} as its weights are in "${name}", and a manifest names files beside ` +
        `the graph: move the file there and name it in the graph, ${remedy}`,
    );
  }
  const bytes = await readFile(join(dirname(graph), name)).catch((cause: unknown) => {
    throw new TypeError(
      `Cannot describe ${file} as its weights are in ${name}, which is not beside it: put the ` +
        `file there, ${remedy}`,
      { cause },
    );
  });
  refuseForeign(name, bytes);
  return { file: name, bytes: new Uint8Array(bytes) };
}

/** Refuses files with weights that end before the last weight. */
function refuseCut(file: string, bytes: Uint8Array, data: readonly GraphData[]): void {
  try {
    readOnnx(bytes, data);
  } catch (error) {
    const reason = (error as Error).message.replace(/^Cannot read the graph as /, "");
    throw new TypeError(
      `Cannot describe ${file} as ${reason}. The file was cut, or belongs to another export: copy ` +
        "both files again",
      { cause: error },
    );
  }
}

function refuseForeign(file: string, bytes: Uint8Array): void {
  const fault = foreignFileFault(bytes);
  if (fault !== undefined) throw new TypeError(`Cannot describe ${file} as ${fault}`);
}

async function pinned(bytes: Uint8Array): Promise<{ sha256: string; bytes: number }> {
  return { sha256: await sha256(bytes), bytes: bytes.length };
}
