import { DomainError } from "../core/domain_error.ts";
import type { EngineInfo, Provider, Session } from "../ports/session.ts";

/** One engine that a runtime may try. */
export interface EngineCandidate {
  /** Which implementation. */
  readonly provider: Provider;
  /** CPU threads that it would use. */
  readonly threads: number;
  /** Why `auto` should pass this candidate over, or null; an explicit choice is never asked. */
  unfitForAuto?(): Promise<string | null>;
  /** Loads a graph; rejects if the engine cannot start. */
  open(graph: Uint8Array, engine: EngineInfo): Promise<Session>;
}

/**
 * Opens a session on the engine that was asked for, or on the first that works.
 *
 * @param candidates Best first.
 * @param asked A provider, which must work, or `auto`.
 * @throws {DomainError} `engine-unavailable`, saying what was tried and how each failed.
 */
export async function openEngine(
  candidates: readonly EngineCandidate[],
  asked: Provider | "auto",
  graph: Uint8Array,
): Promise<Session> {
  const failures: string[] = [];
  for (const candidate of candidates) {
    if (asked !== "auto" && asked !== candidate.provider) continue;
    const { provider, threads } = candidate;
    try {
      const unfit = asked === "auto" ? await candidate.unfitForAuto?.() : null;
      if (unfit) throw new Error(unfit);
      return await candidate.open(graph, { provider, threads, reason: reasonFor(asked, failures) });
    } catch (error) {
      failures.push(`${nameOf(candidate)}: ${(error as Error).message}`);
    }
  }
  const tried = failures.length > 0 ? failures.join("; ") : "this runtime does not have it";
  throw new DomainError("engine-unavailable", `Cannot start engine "${asked}". ${tried}`);
}

function reasonFor(asked: Provider | "auto", failures: readonly string[]): string {
  if (asked !== "auto") return `asked for ${asked}`;
  return failures.length === 0 ? "first choice" : `after ${failures.join("; ")}`;
}

function nameOf({ provider, threads }: EngineCandidate): string {
  return provider === "wasm" ? `wasm with ${threads} thread${threads > 1 ? "s" : ""}` : provider;
}
