/** Content of an error response, independent of its JSON form. */
export interface ClientError {
  /** Error code, for example "no-image". Codes never change between versions. */
  readonly code: string;
  /** Path of the description of the error code, for example "/problems/no-image". */
  readonly type: string;
  /** Title of the error code, for example "No image was sent". */
  readonly title: string;
  /** HTTP status. */
  readonly status: number;
  /** Message about this request: what was wrong and how to fix it. */
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

/**
 * Function that converts an error to a response body. Each protocol has its own JSON form for
 * errors.
 */
export type ErrorForm = (error: ClientError) => ErrorBody;

/** Converts an error to a problem: JSON as in RFC 9457. This is the default form. */
export function problemForm(
  { type, title, status, detail, code, requestId }: ClientError,
): ErrorBody {
  return {
    contentType: "application/problem+json",
    json: { type, title, status, detail, code, requestId },
  };
}
