import type { Case } from "./case.ts";
import type { SuiteImages } from "./images.ts";
import { KEY } from "./settings.ts";
import type { Target } from "./target.ts";

/** Sends the request of a case, with the suite's key unless the case brings a key or wants none. */
export function sendCase(
  target: Target,
  { request, anonymous }: Case,
  images: SuiteImages,
): Promise<Response> {
  const [path, init] = request(images);
  const headers = new Headers(init?.headers);
  const hasKey = headers.has("authorization") || headers.has("x-api-key");
  if (!anonymous && !hasKey) headers.set("authorization", `Bearer ${KEY}`);
  return target.request(path, { ...init, headers });
}
