import type { Context } from "hono";
import type { ErrorForm } from "./error_form.ts";
import type { RequestTrace } from "./request_trace.ts";

/** Environment of the Hono app: the types of the values that its middleware and handlers share. */
export interface AppEnv {
  /**
   * Values that the HTTP server passes to the app with each request. `requestFacts()` returns these
   * values.
   */
  readonly Bindings: RequestFacts;
  /** Variables of one request, set with `context.set()` and read with `context.get()`. */
  readonly Variables: {
    /** Id of the request: a valid `X-Request-Id` that the client sent, otherwise a random id. */
    requestId: string;
    /**
     * Path under which another app has mounted this app, without a slash at its end. Links in error
     * responses begin with this path. Unset: no other app has mounted this app.
     */
    mountPath?: string;
    /**
     * Client that sent the request: its API key, or its network if it has no key. This variable is
     * set before the body is read.
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
     * Places of the API key in a request, in addition to the usual header fields. Only the routes
     * of another protocol set further places. Unset: only the usual header fields.
     */
    keyPlaces?: KeyPlaces;
    /**
     * Check of the API key in the body. The handler uses this check while it reads the body. Unset:
     * the request needs no further check.
     */
    bodyKey?: BodyKey;
    /** Trace of the request. Unset: the request is not traced. */
    trace?: RequestTrace;
  };
}

/** Places where the clients of a protocol send the API key. */
export interface KeyPlaces {
  /** Name of a parameter in the query string. Unset: the query string contains no key. */
  readonly query?: string | undefined;
  /** Name of a header field. Unset: no further header field contains the key. */
  readonly header?: string | undefined;
  /**
   * Ends of the paths of requests whose JSON body may contain the key. Unset: no body contains the
   * key.
   */
  readonly bodyPaths?: readonly string[] | undefined;
}

/** Check of an API key that comes in the body of a request. */
export interface BodyKey {
  /**
   * Accepts the request if the server knows the key.
   *
   * @param key API key. Undefined: the part of the body read so far contains no key.
   * @throws {HTTPException} If the server does not know the key. The exception contains the
   *   response.
   */
  accept(key: string | undefined): void;
  /**
   * Counts the request towards the rate limit of its API key.
   *
   * @throws {HTTPException} If the client has sent too many requests. The exception contains the
   *   response.
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
  /**
   * OpenTelemetry span of the HTTP server for this request. The app describes the request in this
   * span. Unset: the app starts its own span.
   */
  readonly span?: object | undefined;
}

/**
 * Returns the properties that the HTTP server passed to the app with a request. Returns an empty
 * object if the server passed none.
 */
export function requestFacts(context: Context<AppEnv>): RequestFacts {
  return { ...context.env }; // `env` is undefined if the server passes no properties
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
