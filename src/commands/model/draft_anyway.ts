import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { AnchorWishes } from "../../describe/choose_pyramid.ts";
import { draftManifest, type ModelNames } from "../../describe/draft_manifest.ts";
import { FAMILIES } from "../../describe/families.ts";
import type { GraphFacts } from "../../describe/graph_facts.ts";
import { open } from "../../describe/guess.ts";
import { openDraft } from "../../describe/open_draft.ts";
import { probeGraph } from "../../describe/probe_graph.ts";
import type { LoadedModel } from "../../detect/load_model.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import { sha256 } from "../../manifest/sha256.ts";
import { inputsOf, readOnnx } from "../../planner/read_onnx.ts";
import type { Session } from "../../ports/session.ts";
import { readLabels } from "../labels/read_labels.ts";
import { wantedHeads } from "./anchor_options.ts";
import { applyOptions } from "./apply_options.ts";
import { classFacts } from "./class_facts.ts";
import { type GraphOnDisk, readGraph } from "./read_graph.ts";
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
  /** Path of the file with the class names. Unset: the names are unknown. */
  readonly labels?: string | undefined;
  /** Values of `--set`. */
  readonly set: readonly string[];
  /** Fits the anchors to golden files. Unset: there are no golden files. */
  readonly fit?: ((loaded: LoadedModel) => Promise<Manifest>) | undefined;
  /** Opens a session for the graph. */
  readonly openSession: (graph: Pick<GraphOnDisk, "bytes" | "data">) => Promise<Session>;
}

/**
 * Writes a first version of a manifest for a graph that no known model family fits. The manifest
 * contains the hashes and sizes of the graph's files, and the names of the inputs and outputs. Each
 * property that a person must find out is an open question in the manifest, as is each option of
 * the user that does not fit.
 *
 * @param fault Message that says why no manifest could be made from the graph alone.
 */
export async function draftAnyway(
  path: string,
  fault: string,
  { id, family, anchors, labels, set, fit, openSession }: DraftAnywayOptions,
): Promise<Manifest> {
  const graph = await readGraph(path).catch(() => graphAlone(path));
  const session = await openSession(graph).catch(() => null);
  try {
    const facts = session && await factsOf(session, graph, set);
    const named = await namesOf(labels, facts);
    const names: ModelNames = { id, graph: graph.entry, ...named.names };
    const described = facts && draftOfFacts(facts, names, fault, family, anchors);
    const { inputs, outputs } = session ?? namesIn(graph.bytes);
    const draft = described ?? openDraft(names, inputs, outputs.map(({ name }) => name), fault);
    return await applyOptions({ ...draft, guesses: { ...draft.guesses, ...named.guesses } }, {
      set,
      fit: session && fit ? (manifest) => fit({ manifest, session }) : undefined,
    });
  } finally {
    await session?.close();
  }
}

/** Reads a file that `readGraph()` refuses, without the files of its weights. */
async function graphAlone(path: string): Promise<GraphOnDisk> {
  const bytes = new Uint8Array(await readFile(path));
  const entry = { file: basename(path), sha256: await sha256(bytes), bytes: bytes.length };
  return { bytes, data: [], entry };
}

/** Describes a graph. Returns null if it cannot be described. */
async function factsOf(
  session: Session,
  { bytes, data }: GraphOnDisk,
  set: readonly string[],
): Promise<GraphFacts | null> {
  try {
    return await probeGraph(session, readHints(bytes, data), wantedHeads(set));
  } catch {
    return null;
  }
}

/** Reads the class names. A file that does not fit the graph becomes an open question. */
async function namesOf(
  path: string | undefined,
  facts: GraphFacts | null,
): Promise<{
  readonly names: Pick<ModelNames, "labels" | "labelsGuess">;
  readonly guesses: Manifest["guesses"];
}> {
  if (path === undefined) return { names: { labels: null }, guesses: {} };
  try {
    const { labels, guess } = await readLabels(
      path,
      facts ? classFacts(facts) : { count: null, seen: [] },
    );
    return { names: { labels, labelsGuess: guess }, guesses: {} };
  } catch (error) {
    return { names: { labels: null }, guesses: { labels: open((error as Error).message) } };
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
