import { DomainError } from "../core/domain_error.ts";
import type {
  EngineInfo,
  GraphChoice,
  GraphContent,
  GraphData,
  Provider,
  Session,
} from "../ports/session.ts";
import { startFault } from "./start_fault.ts";

/** Engine that a runtime can try, for example onnxruntime-web on WebGPU. */
export interface EngineCandidate {
  /** Name of the engine. A caller can request the engine by this name. */
  readonly provider: Provider;
  /** Number of CPU threads per session. A session is a graph that is loaded into an engine. */
  readonly threads: number;
  /**
   * Returns the reason why `auto` skips this engine, or null to try this engine. An engine that the
   * caller requests by name is always tried. Unset: `auto` always tries the engine.
   */
  unfitForAuto?(): Promise<string | null>;
  /**
   * Loads a graph into the engine. Rejects if the engine cannot start.
   *
   * @param data Files with weights of the graph.
   */
  open(graph: Uint8Array, engine: EngineInfo, data: readonly GraphData[]): Promise<Session>;
}

/**
 * Loads a graph into the requested engine. With `auto`, tries the engines in order and takes the
 * first engine that works.
 *
 * @param candidates Engines of the runtime, best first.
 * @param requested Name of an engine, or `auto`. A named engine has no fallback.
 * @param graph ONNX graph, and variants of it for some engines.
 * @throws {DomainError} `engine-unavailable`, if no engine works. The message names each engine
 *   that was tried, with its error.
 */
export async function openEngine(
  candidates: readonly EngineCandidate[],
  requested: Provider | "auto",
  graph: GraphChoice,
): Promise<Session> {
  const failures: string[] = [];
  const causes: unknown[] = [];
  for (const candidate of candidates) {
    if (requested !== "auto" && requested !== candidate.provider) continue;
    const { provider, threads } = candidate;
    try {
      const unfit = requested === "auto" ? await candidate.unfitForAuto?.() : null;
      if (unfit) throw new Error(unfit);
      const info = { provider, threads, reason: reasonFor(requested, failures) };
      const { bytes, data = [] } = graphFor(provider, graph);
      return await candidate.open(bytes, info, data);
    } catch (error) {
      causes.push(error);
      failures.push(`${nameOf(candidate)}: ${startFault((error as Error).message)}`);
    }
  }
  const tried = failures.length > 0 ? failures.join("; ") : "this runtime does not have it";
  throw new DomainError("engine-unavailable", `Cannot start engine "${requested}". ${tried}`, {
    cause: causes.at(-1),
  });
}

/** Returns the graph that an engine loads. */
function graphFor(provider: Provider, graph: GraphChoice): GraphContent {
  return graph.variants?.find(({ engines }) => engines.includes(provider)) ?? graph;
}

function reasonFor(requested: Provider | "auto", failures: readonly string[]): string {
  const after = failures.length === 0 ? "" : `after ${failures.join("; ")}`;
  if (requested === "auto") return after || "first choice";
  return [`asked for ${requested}`, after].filter(Boolean).join(", ");
}

function nameOf({ provider, threads }: EngineCandidate): string {
  return provider === "wasm" ? `wasm with ${threads} thread${threads > 1 ? "s" : ""}` : provider;
}
