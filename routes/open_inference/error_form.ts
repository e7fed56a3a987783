import type { ClientError, ErrorBody } from "../http/error_form.ts";

/**
 * Converts an error to the form of the protocol, `{"error": "…"}`, plus our code and request id.
 */
export function inferenceErrorForm({ code, detail, requestId }: ClientError): ErrorBody {
  return { contentType: "application/json", json: { error: detail, code, requestId } };
}
