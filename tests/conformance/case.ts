import type { Photos } from "./photos.ts";

/** What a case sends: a path with its query, and the rest of the request. */
export type Request = readonly [path: string, init?: RequestInit];

/** One request, and what every runtime must answer. */
export interface Case {
  /** What is asked, as a test's name. */
  readonly name: string;
  /** Makes the request anew; its body may be read only once. */
  readonly request: (photos: Photos) => Request;
  /** What must come back. */
  readonly expected: Expected;
  /** Whether the photos must be here. */
  readonly needsPhotos?: true;
  /** Whether it goes without the key that the others have, unless they bring their own. */
  readonly anonymous?: true;
}

/**
 * - `golden`: 200 and the detections that `golden.json` has under this key, all above `score`
 * - `problem`: a problem of one of these codes with its status, or 200 for the code `ok`; where
 *   there are several, that which `golden.json` has under the case's name
 * - `answer`: 200; `holds` throws where the body or a header is not what it must be
 */
export type Expected =
  | { readonly kind: "golden"; readonly key: string; readonly score: number }
  | { readonly kind: "problem"; readonly codes: readonly string[] }
  | { readonly kind: "answer"; readonly holds: (body: string, headers: Headers) => void };
