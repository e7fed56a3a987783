import type { Session } from "../ports/session.ts";
import { messageOf } from "./error_message.ts";
import type { PortLike } from "./protocol.ts";
import type {
  SessionRequest,
  SessionWorkerRequest,
  SessionWorkerResponse,
} from "./session_protocol.ts";

/**
 * Opens one session (a graph loaded in an engine) inside a worker, then runs the graph for each
 * request. `workerSession()` sends the requests.
 *
 * @param port Channel to the thread that started the worker.
 * @param open Opens the session.
 */
export function serveSession(
  port: PortLike<SessionWorkerRequest, SessionWorkerResponse>,
  open: (request: SessionRequest) => Promise<Session>,
): void {
  let opening: Promise<Session> = Promise.reject(new Error("No graph was requested yet"));
  opening.catch(() => {});
  port.onmessage = ({ data }) => {
    if (data.kind === "open") opening = open(data.open);
    void answer(opening, data).then((response) => port.postMessage(response));
  };
}

async function answer(
  opening: Promise<Session>,
  request: SessionWorkerRequest,
): Promise<SessionWorkerResponse> {
  try {
    const session = await opening;
    if (request.kind === "run") {
      return { kind: "outputs", outputs: await session.run(request.feeds) };
    }
    const { engine, inputs, outputs } = session;
    return { kind: "opened", engine, inputs, outputs };
  } catch (error) {
    return { kind: "failed", error: messageOf(error) };
  }
}
