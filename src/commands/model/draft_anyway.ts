import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { AnchorWishes } from "../../describe/choose_pyramid.ts";
import { draftManifest, type ModelNames } from "../../describe/draft_manifest.ts";
import { FAMILIES } from "../../describe/families.ts";
import type { GraphFacts } from "../../describe/graph_facts.ts";
import { open } from "../../describe/guess.ts";
import { openDraft } from "../../describe/open_draft.ts";
import { probeGraph } from "../../describe/probe_graph.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import { sha256 } from "../../manifest/sha256.ts";
import { inputsOf, readOnnx } from "../../planner/read_onnx.ts";
import type { Session } from "../../ports/session.ts";
import { readHints } from "./read_hints.ts";

/** Options of {@linkcode draftAnyway}. */
export interface DraftAnywayOptions {
  /** Model id. */
  readonly id: string;
  /**
   * Name of the model family. Unset: the first family whose graphs have outputs of the same kind as
   * this graph.
   */
  readonly family?: string | undefined;
  /** Properties of the anchors that the user has set with options. */
  readonly anchors: AnchorWishes;
  /** Opens a session for the graph. */
  readonly openSession: (bytes: Uint8Array) => Promise<Session>;
}

/**
 * Writes a first version of a manifest for a graph that no known model family fits. The manifest
 * contains the hash and size of the graph file, and the names of the inputs and outputs. Each
 * property that a person must find out is an open question in the manifest.
 *
 * @param fault Message that says why no manifest could be made from the graph alone.
 */
export async function draftAnyway(
  path: string,
  fault: string,
  { id, family, anchors, openSession }: DraftAnywayOptions,
): Promise<Manifest> {
  const bytes = new Uint8Array(await readFile(path));
  const graph = { file: basename(path), sha256: await sha256(bytes), bytes: bytes.length };
  const names: ModelNames = { id, graph, labels: null };
  const session = await openSession(bytes).catch(() => null);
  try {
    const facts = session && await probeGraph(session, readHints(bytes)).catch(() => null);
    const draft = facts === null ? null : draftOfFacts(facts, names, fault, family, anchors);
    if (draft !== null) return draft;
    const { inputs, outputs } = session ?? namesIn(bytes);
    return openDraft(names, inputs, outputs.map(({ name }) => name), fault);
  } finally {
    await session?.close();
  }
}

/**
 * Makes a manifest with the properties of a model family, and marks each property as an open
 * question. Returns null if no family fits or the manifest would be invalid.
 */
function draftOfFacts(
  facts: GraphFacts,
  names: ModelNames,
  fault: string,
  family: string | undefined,
  anchors: AnchorWishes,
): Manifest | null {
  const isFinished = facts.outputs.kind === "finished";
  const possible = FAMILIES.filter(({ traits }) => (traits.outputs === "finished") === isFinished);
  const base = possible.find((each) => each.family === family) ?? possible[0];
  if (base === undefined) return null;
  const reason = open(`set as ${base.family} does; which is right?`);
  for (const wishes of [anchors, {}]) {
    try {
      const draft = draftManifest(facts, base, names, { reason, anchors: wishes });
      return { ...draft, guesses: { graph: open(fault), ...draft.guesses } };
    } catch {
      continue; // the next attempt leaves out the anchors of the user
    }
  }
  return null;
}

/**
 * Reads the names of the inputs and outputs from a graph file. Returns empty lists if the file
 * cannot be read.
 */
function namesIn(bytes: Uint8Array): Pick<Session, "inputs" | "outputs"> {
  try {
    const { graph } = readOnnx(bytes);
    const info = ({ name }: { name: string }) => ({ name, type: "float32", shape: [] });
    return { inputs: inputsOf(graph).map(info), outputs: graph.output.map(info) };
  } catch {
    return { inputs: [], outputs: [] };
  }
}
