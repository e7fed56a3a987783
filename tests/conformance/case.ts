import type { SuiteImages } from "./images.ts";

/** Request of a case: a path with its query, and the options of `fetch`. */
export type Request = readonly [path: string, init?: RequestInit];

/** One request, and the answer that every runtime must give. */
export interface Case {
  /** Name of the test. */
  readonly name: string;
  /** Makes a new request, since a body can be read only once. */
  readonly request: (images: SuiteImages) => Request;
  /** Answer that must come back. */
  readonly expected: Expected;
  /** True if the case needs the photos of `../shared`. */
  readonly needsPhotos?: boolean;
  /** True if the request carries no API key unless it brings its own. */
  readonly anonymous?: true;
}

/**
 * Answer that a case expects.
 *
 * - `golden`: 200 and the detections that `golden.json` has under this key, all above `score`
 * - `problem`: a problem of one of these codes with its status, or 200 for the code `ok`; if there
 *   are several codes, the one that `golden.json` has under the case's name
 * - `answer`: 200; `holds` throws if the body or a header is wrong
 */
export type Expected =
  | { readonly kind: "golden"; readonly key: string; readonly score: number }
  | { readonly kind: "problem"; readonly codes: readonly string[] }
  | { readonly kind: "answer"; readonly holds: (body: string, headers: Headers) => void };
