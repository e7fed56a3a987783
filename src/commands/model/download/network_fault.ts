/** Why a request came to nothing, as the end of a sentence that says "as". */
export function networkFault(error: unknown, url: string): string {
  const { host } = new URL(url);
  const reason = innermost(error);
  if (/dns error|ENOTFOUND|EAI_AGAIN/.test(reason)) {
    return `the host ${host} is not found (is there a connection to the internet?)`;
  }
  if (/connection refused|ECONNREFUSED/i.test(reason)) return `${host} refuses the connection`;
  return `the connection to ${host} failed: ${reason}`;
}

/** `fetch` hides the reason in causes, some runtimes behind the address as well. */
function innermost(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause !== undefined) return innermost(error.cause);
  return error.message.replace(/^error sending request for url \(.*?\): /, "");
}
