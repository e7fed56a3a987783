import { createDetector } from "../detect/detector.ts";
import type { Detector } from "../ports/detector.ts";
import type { Provider } from "../ports/session.ts";
import { hostRuntime } from "../runtime/host_runtime.ts";

/** A detector on this thread, for command lines, which have nothing else to do meanwhile. */
export async function openDetector(
  options: { readonly model: string; readonly engine: Provider | "auto" },
): Promise<Detector> {
  return await createDetector(await hostRuntime(), options);
}
