import type { Context } from "hono";
import { DomainError } from "../../src/core/domain_error.ts";
import type { DetectOptions, DetectResult } from "../../src/ports/detector.ts";
import type { AppEnv } from "../http/app_env.ts";
import type { AnswerFormat } from "./answer_format.ts";
import type { CandidateStore } from "./candidate_store.ts";

/** Fields of a response whose candidates are kept. */
export interface KeptFields {
  /** Token for `POST /detect/{token}`. */
  readonly token: string;
  /** Time until which the token works, ISO 8601. */
  readonly expires: string;
  /** Minimum score threshold that the token works with. */
  readonly minScore: number;
}

/** Dependencies of the handlers that keep candidates. */
export interface KeepDeps {
  /** Store of the candidates. Undefined: the server keeps no candidates. */
  readonly store: CandidateStore | undefined;
}

/**
 * Refuses the options `keep` and `explain` if the response is a drawing, which has no place for
 * their fields, and `keep` if the server keeps no candidates.
 *
 * @throws {DomainError} `invalid-option`.
 */
export function checkExtras(
  { keep = false, explain = false }: DetectOptions,
  { store }: KeepDeps,
  format: AnswerFormat,
): void {
  if (keep && store === undefined) {
    throw new DomainError(
      "invalid-option",
      'Cannot detect with "keep" as this server keeps no candidates: leave it out',
    );
  }
  if (!(keep || explain) || format === "json") return;
  throw new DomainError(
    "invalid-option",
    `Cannot draw with "${keep ? "keep" : "explain"}" as it needs the format json: current value ` +
      `is ${format}`,
  );
}

/**
 * Keeps the candidates of a result for the client of the request. Returns the fields that the
 * response has in addition: none if the client did not ask for them.
 */
export function keepFields(
  context: Context<AppEnv>,
  { store }: KeepDeps,
  { candidates }: DetectResult,
): KeptFields | Record<never, never> {
  if (candidates === undefined || store === undefined) return {};
  const { token, expires } = store.keep(candidates, {
    client: context.get("client") ?? "",
    key: context.get("keyName"),
  });
  return { token, expires: expires.toISOString(), minScore: candidates.minScore };
}
