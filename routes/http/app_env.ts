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
    /** Error code of the response, for example "no-image". Unset: the response is no error. */
    problemCode?: string;
    /**
     * Number of bytes of the request body that have been read so far. Unset: no byte has been read.
     */
    bytesIn?: number;
    /**
     * Function that builds the body of an error response. The routes of another protocol, such as
     * the Open Inference Protocol, set their own function.
     *
     * @default problemForm
     */
    errorForm?: ErrorForm;
    /**
     * Places of the API key, in addition to the usual header fields. A dialect sets the places of
     * its protocol. Unset: only the header fields.
     */
    keyPlaces?: KeyPlaces;
    /**
     * Check of the API key in the body. The handler calls it while it reads the body. Unset: the
     * request is already accepted.
     */
    bodyKey?: BodyKey;
  };
}

/** Places where the clients of a protocol send the API key. */
export interface KeyPlaces {
  /** Parameter of the query. Unset: none. */
  readonly query?: string | undefined;
  /** Header field. Unset: none. */
  readonly header?: string | undefined;
  /** Paths whose JSON body may contain the key. Unset: none. */
  readonly bodyPaths?: readonly string[] | undefined;
}

/** Check of an API key that comes in the body of a request. */
export interface BodyKey {
  /**
   * Accepts the request if the key is known.
   *
   * @param key API key. Undefined: the body has none so far.
   * @throws {HTTPException} The response to a request without a known key.
   */
  accept(key: string | undefined): void;
  /**
   * Counts the request for the rate limit of its key.
   *
   * @throws {HTTPException} The response to a key with too many requests.
   */
  count(): Promise<void>;
}

/**
 * Properties of a request that only the HTTP server knows, because the `Request` object does not
 * contain them.
 */
export interface RequestFacts {
  /** Number of header lines of the request. Unset: unknown. */
  readonly headerLines?: number | undefined;
  /**
   * Fault that the HTTP server found in the request. The app sends the fault to the client as an
   * error. Unset: the request has no fault.
   */
  readonly fault?: RequestFault | undefined;
}

/**
 * Returns the properties that the HTTP server passed to the app with a request. Returns an empty
 * object if the server passed none.
 */
export function requestFacts(context: Context<AppEnv>): RequestFacts {
  return { ...context.env }; // which is undefined if a server passes none
}

/** Fault that makes a request invalid. */
export interface RequestFault {
  /** Error code, for example "request-timeout". Codes never change between versions. */
  readonly code:
    | "malformed-request"
    | "too-many-headers"
    | "request-timeout"
    | "expectation-failed";
  /** Message about this request, for the error response. */
  readonly detail: string;
}
