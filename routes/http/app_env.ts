import type { ErrorForm } from "./error_form.ts";

/** Environment of the Hono app. */
export interface AppEnv {
  /** Variables of one request, read with `context.get()`. */
  readonly Variables: {
    /** Id of the request: the client's own if it is valid, otherwise a new one. */
    requestId: string;
    /** Name of the API key. Unset: the request has no valid key, or the server requires none. */
    keyName?: string;
    /** Number of body bytes read so far. Unset: none. */
    bytesIn?: number;
    /**
     * Form of error responses, set by the dialect that the path belongs to.
     *
     * @default problemForm
     */
    errorForm?: ErrorForm;
  };
}
