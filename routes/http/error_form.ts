/** Error as a client sees it. */
export interface ClientError {
  /** Stable code. */
  readonly code: string;
  /** Title that belongs to the code. */
  readonly title: string;
  /** HTTP status. */
  readonly status: number;
  /** Message about this one request. */
  readonly detail: string;
  /** Id of the request. */
  readonly requestId: string;
}

/** Body of an error response. */
export interface ErrorBody {
  /** Media type of the response. */
  readonly contentType: string;
  /** Value that is sent as JSON. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** Function that converts an error to the body that the clients of a dialect expect. */
export type ErrorForm = (error: ClientError) => ErrorBody;

/** Converts an error to a problem (RFC 9457), the form of every dialect without its own. */
export function problemForm({ code, title, status, detail, requestId }: ClientError): ErrorBody {
  return {
    contentType: "application/problem+json",
    json: { type: `/problems/${code}`, title, status, detail, code, requestId },
  };
}
