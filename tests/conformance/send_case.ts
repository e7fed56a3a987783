import type { Case } from "./case.ts";
import type { Photos } from "./photos.ts";
import { KEY } from "./settings.ts";
import type { Target } from "./target.ts";

/** Sends what a case asks, with the suite's key where it brings none and wants one. */
export function sendCase(
  target: Target,
  { request, anonymous }: Case,
  photos: Photos,
): Promise<Response> {
  const [path, init] = request(photos);
  const headers = new Headers(init?.headers);
  const hasKey = headers.has("authorization") || headers.has("x-api-key");
  if (!anonymous && !hasKey) headers.set("authorization", `Bearer ${KEY}`);
  return target.request(path, { ...init, headers });
}
