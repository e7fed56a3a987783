import { DomainError, type ErrorCode } from "../core/domain_error.ts";
import type { Session } from "../ports/session.ts";
import type { Deadlines } from "./deadlines.ts";
import { errorOf } from "./error_message.ts";
import type { MessageWorker } from "./protocol.ts";
import type {
  SessionRequest,
  SessionWorkerRequest,
  SessionWorkerResponse,
} from "./session_protocol.ts";

/** Worker that runs a session: its script calls `serveSession()`. */
export type SessionWorker = MessageWorker<SessionWorkerRequest, SessionWorkerResponse>;

/** Deadlines of a worker that runs a session, milliseconds. */
export type SessionDeadlines = Required<Pick<Deadlines, "loadMs" | "runMs">>;

/**
 * Opens a session (a graph loaded in an engine) in a worker. A worker that misses a deadline is
 * killed, because a hung engine cannot be stopped otherwise.
 *
 * @param worker Worker that runs `serveSession()`. The returned session kills the worker on
 *   `close()`.
 * @throws {DomainError} `model-not-ready`, if opening misses its deadline; `worker-crashed`, if the
 *   worker ends; otherwise the error that the worker reports.
 */
export async function workerSession(
  worker: SessionWorker,
  open: SessionRequest,
  { loadMs, runMs }: SessionDeadlines,
): Promise<Session> {
  const dialogue = new Dialogue(worker);
  try {
    const action = "Cannot load the model";
    const opened = await dialogue.ask({ kind: "open", open }, loadMs, "model-not-ready", action);
    if (opened.kind !== "opened") throw new TypeError(`Worker answered "${opened.kind}"`);
    const { engine, inputs, outputs } = opened;
    return {
      engine,
      inputs,
      outputs,
      async run(feeds) {
        const action = "Cannot run the model";
        const response = await dialogue.ask({ kind: "run", feeds }, runMs, "run-timeout", action);
        if (response.kind !== "outputs") throw new TypeError(`Worker answered "${response.kind}"`);
        return response.outputs;
      },
      close: () => Promise.resolve(dialogue.end(new Error("The session is closed"))),
    };
  } catch (error) {
    dialogue.end(error as Error);
    throw error;
  }
}

type Response = Exclude<SessionWorkerResponse, { kind: "failed" }>;

/**
 * Sends requests to the worker one at a time. Each request waits for the response to the previous
 * request.
 */
class Dialogue {
  readonly #worker: SessionWorker;
  #lastAnswer: Promise<unknown> = Promise.resolve();
  #asked: PromiseWithResolvers<Response> | undefined;
  #ended: Error | undefined;

  constructor(worker: SessionWorker) {
    this.#worker = worker;
    worker.onmessage = ({ data }) => {
      if (data.kind === "failed") this.#asked?.reject(errorOf(data.error));
      else this.#asked?.resolve(data);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.end(new DomainError("worker-crashed", "Cannot run as the engine's worker broke down"));
    };
  }

  /**
   * Sends a request and returns the response. First waits for the response to the previous request.
   *
   * @param ms Deadline of the response, milliseconds. If no response arrives in time, the worker is
   *   killed.
   * @param code Code of the error for a missed deadline.
   * @param action Beginning of the message of this error, for example "Cannot load the model".
   */
  ask(
    request: SessionWorkerRequest,
    ms: number,
    code: ErrorCode,
    action: string,
  ): Promise<Response> {
    const answer = this.#lastAnswer.then(async () => {
      if (this.#ended !== undefined) throw this.#ended;
      const asked = this.#asked = Promise.withResolvers<Response>();
      const limit = `${action} as it must take at most ${ms} ms: it was stopped`;
      const timer = setTimeout(() => this.end(new DomainError(code, limit)), ms);
      this.#worker.postMessage(request);
      return await asked.promise.finally(() => clearTimeout(timer));
    });
    this.#lastAnswer = answer.catch(() => {});
    return answer;
  }

  /** Kills the worker. Rejects the running request and all further requests with `why`. */
  end(why: Error): void {
    this.#ended ??= why;
    this.#worker.terminate();
    this.#asked?.reject(this.#ended);
  }
}
