import type { Host } from "../../platforms/hosts/start_host.ts";
import type { Target } from "../target.ts";

/** Makes a target of a server process. */
export function hostTarget(name: string, host: Host): Target {
  return {
    name,
    request: (path, init) => fetch(new URL(path, host.url), init),
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}
