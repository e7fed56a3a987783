import type { Context } from "hono";
import type { ErrorForm } from "./error_form.ts";

/** Environment of the Hono app: the types of the values that its middleware and handlers share. */
export interface AppEnv {
  /** Values that the server passes with a request. `requestFacts()` returns them. */
  readonly Bindings: RequestFacts;
  /** Variables of one request. Code sets them with `context.set()`, reads them with `get()`. */
  readonly Variables: {
    /** Id of the request: a valid `X-Request-Id` that the client sent, otherwise a random id. */
    requestId: string;
    /** Client of the request: its API key, otherwise its network. Set before the body is read. */
    client?: string;
    /** Name of the API key. Unset: the request has no valid key, or the server needs no keys. */
    keyName?: string;
    /** Number of body bytes read so far. Unset: no byte has been read. */
    bytesIn?: number;
    /**
     * Function that builds the body of an error response. A dialect (the routes of another
     * protocol) sets its own function for its paths.
     *
     * @default problemForm
     */
    errorForm?: ErrorForm;
  };
}

/** Facts of a request that its `Request` object does not have. A server may pass none of them. */
export interface RequestFacts {
  /** Number of header lines. Unset: unknown. */
  readonly headerLines?: number | undefined;
  /** Fault that the server found in the request. The app sends it to the client. Unset: none. */
  readonly fault?: RequestFault | undefined;
}

/** Returns the facts of a request, also below servers that pass no environment to the app. */
export function requestFacts(context: Context<AppEnv>): RequestFacts {
  return { ...context.env }; // which is undefined if a server passes none
}

/** Fault of a request that the app cannot answer. */
export interface RequestFault {
  /** Stable code. */
  readonly code:
    | "malformed-request"
    | "too-many-headers"
    | "request-timeout"
    | "expectation-failed";
  /** Message about this one request. */
  readonly detail: string;
}
