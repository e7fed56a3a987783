import { DomainError } from "../../core/domain_error.ts";

/**
 * Fetches and compiles a wasm file.
 *
 * If the server sends the media type `application/wasm`, the browser compiles the file during the
 * download. With any other media type, browsers refuse to compile during the download. In this
 * case, the function compiles the file after the download.
 *
 * @throws {DomainError} `engine-unavailable`, if the file cannot be fetched or is not wasm.
 */
export async function compileUrl(url: string): Promise<WebAssembly.Module> {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    return mediaTypeOf(response) === "application/wasm"
      ? await WebAssembly.compileStreaming(response)
      : await WebAssembly.compile(await response.arrayBuffer());
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new DomainError("engine-unavailable", `Cannot load ${url} as ${reason}`, { cause });
  }
}

function mediaTypeOf({ headers }: Response): string | undefined {
  return headers.get("content-type")?.split(";")[0]?.trim();
}
