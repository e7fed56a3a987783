import type { ClientError, ErrorBody } from "../http/error_form.ts";

/**
 * Converts an error to the JSON of the Open Inference Protocol, `{"error": "…"}`. Adds the error
 * code of this server and the request id.
 */
export function inferenceErrorForm({ code, detail, requestId }: ClientError): ErrorBody {
  return { contentType: "application/json", json: { error: detail, code, requestId } };
}
