import { startWorkerd } from "../../platforms/workerd/start_workerd.ts";
import type { Target } from "../target.ts";

/** Starts the Worker of wrangler.toml in workerd, the runtime of Cloudflare Workers. */
export async function startWorkerdTarget(
  environment: Record<string, string> = {},
): Promise<Target> {
  const workerd = await startWorkerd({ environment });
  return {
    name: "workerd",
    request: (path, init) => fetch(new URL(path, workerd.url), init),
    [Symbol.asyncDispose]: () => workerd[Symbol.asyncDispose](),
  };
}
