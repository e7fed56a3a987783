import { DomainError } from "../../core/domain_error.ts";

/**
 * Compiles wasm as it comes over the network.
 *
 * Browsers take such a stream under the media type of wasm alone; what a server sends under another
 * is compiled once it is all there.
 *
 * @throws {DomainError} `engine-unavailable`, if it cannot be fetched or is no wasm.
 */
export async function compileUrl(url: string): Promise<WebAssembly.Module> {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    const [type] = (response.headers.get("content-type") ?? "").split(";");
    return type.trim() === "application/wasm"
      ? await WebAssembly.compileStreaming(response)
      : await WebAssembly.compile(await response.arrayBuffer());
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new DomainError("engine-unavailable", `Cannot load ${url} as ${reason}`, { cause });
  }
}
