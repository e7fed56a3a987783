import type { Context } from "hono";
import type { ErrorForm } from "./error_form.ts";

/** Environment of the Hono app: the types of the values that its middleware and handlers share. */
export interface AppEnv {
  /**
   * Values that the HTTP server passes to the app with each request. `requestFacts()` returns them.
   */
  readonly Bindings: RequestFacts;
  /** Variables of one request, set with `context.set()` and read with `context.get()`. */
  readonly Variables: {
    /** Id of the request: a valid `X-Request-Id` that the client sent, otherwise a random id. */
    requestId: string;
    /**
     * Client that sent the request: its API key, or its network if it has no key. Set before the
     * body is read.
     */
    client?: string;
    /** Name of the API key. Unset: the request has no valid key, or the server needs no keys. */
    keyName?: string;
    /** Problem code of the response. Unset: the response is no error. */
    problemCode?: string;
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

/**
 * Facts about a request that only the HTTP server knows: the `Request` object does not contain
 * them.
 */
export interface RequestFacts {
  /** Number of header lines. Unset: unknown. */
  readonly headerLines?: number | undefined;
  /**
   * Fault that the HTTP server found in the request. The app sends it to the client as an error.
   * Unset: none.
   */
  readonly fault?: RequestFault | undefined;
}

/**
 * Returns the facts that the HTTP server passed with a request. Returns an empty object if it
 * passed none.
 */
export function requestFacts(context: Context<AppEnv>): RequestFacts {
  return { ...context.env }; // which is undefined if a server passes none
}

/** Fault that makes a request invalid. */
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
