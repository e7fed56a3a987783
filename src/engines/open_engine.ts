import { DomainError } from "../core/domain_error.ts";
import type { EngineInfo, Provider, Session } from "../ports/session.ts";

/** An engine that a runtime can try. */
export interface EngineCandidate {
  /** Implementation of the engine. */
  readonly provider: Provider;
  /** CPU threads of a session. */
  readonly threads: number;
  /**
   * Returns the reason why `auto` skips this engine, or null. An engine that the caller names is
   * always tried. Unset: `auto` never skips it.
   */
  unfitForAuto?(): Promise<string | null>;
  /** Loads a graph. Rejects if the engine cannot start. */
  open(graph: Uint8Array, engine: EngineInfo): Promise<Session>;
}

/**
 * Opens a session on the requested engine, or with `auto` on the first one that works.
 *
 * @param candidates Engines of the runtime, best first.
 * @param requested An engine, which must work, or `auto`.
 * @param graph Bytes of the ONNX file.
 * @throws {DomainError} `engine-unavailable`, with each engine that was tried and its error.
 */
export async function openEngine(
  candidates: readonly EngineCandidate[],
  requested: Provider | "auto",
  graph: Uint8Array,
): Promise<Session> {
  const failures: string[] = [];
  for (const candidate of candidates) {
    if (requested !== "auto" && requested !== candidate.provider) continue;
    const { provider, threads } = candidate;
    try {
      const unfit = requested === "auto" ? await candidate.unfitForAuto?.() : null;
      if (unfit) throw new Error(unfit);
      return await candidate.open(graph, {
        provider,
        threads,
        reason: reasonFor(requested, failures),
      });
    } catch (error) {
      failures.push(`${nameOf(candidate)}: ${(error as Error).message}`);
    }
  }
  const tried = failures.length > 0 ? failures.join("; ") : "this runtime does not have it";
  throw new DomainError("engine-unavailable", `Cannot start engine "${requested}". ${tried}`);
}

function reasonFor(requested: Provider | "auto", failures: readonly string[]): string {
  const after = failures.length === 0 ? "" : `after ${failures.join("; ")}`;
  if (requested === "auto") return after || "first choice";
  return [`asked for ${requested}`, after].filter(Boolean).join(", ");
}

function nameOf({ provider, threads }: EngineCandidate): string {
  return provider === "wasm" ? `wasm with ${threads} thread${threads > 1 ? "s" : ""}` : provider;
}
