import { assertEquals } from "@std/assert";
import { networkFault } from "../../../../src/commands/model/download/fetch_part.ts";

const URL = "http://models.invalid:8080/graph.onnx";
const NO_HOST =
  "the host models.invalid:8080 is not found (is there a connection to the internet?)";
const REFUSED = "models.invalid:8080 refuses the connection";

/** Errors of `fetch` in Deno and in Node. */
const ERRORS: [error: unknown, fault: string][] = [
  [
    because(
      `error sending request for url (${URL}): client error (Connect): dns error: failed to ` +
        "lookup address information: Name or service not known",
    ),
    NO_HOST,
  ],
  [because("getaddrinfo ENOTFOUND models.invalid"), NO_HOST],
  [because("getaddrinfo EAI_AGAIN models.invalid"), NO_HOST],
  [
    because(
      `error sending request for url (${URL}): client error (Connect): tcp connect error: ` +
        "Connection refused (os error 111)",
    ),
    REFUSED,
  ],
  [because("connect ECONNREFUSED 127.0.0.1:8080"), REFUSED],
  [
    because(`error sending request for url (${URL}): connection closed`),
    "the connection to models.invalid:8080 failed: connection closed",
  ],
  [
    new TypeError("error reading a body from connection"),
    "the connection to models.invalid:8080 failed: error reading a body from connection",
  ],
  ["aborted", "the connection to models.invalid:8080 failed: aborted"],
];

for (const [error, fault] of ERRORS) {
  const reason = error instanceof Error ? (error.cause as Error | undefined ?? error) : error;
  Deno.test(`networkFault() returns "${fault}" for ${String(reason)}`, () => {
    assertEquals(networkFault(error, URL), fault);
  });
}

function because(reason: string): Error {
  return new TypeError("fetch failed", { cause: new Error(reason) });
}
