/** Cases that a runtime does not run. */
export interface Skip {
  /** The runtime's name. */
  readonly runtime: string;
  /** Names of the cases. */
  readonly cases: RegExp;
  /** Why not. */
  readonly reason: string;
}

/** Every one there is; each must be of a runtime and of cases that there are. */
export const SKIPS: readonly Skip[] = [
  {
    runtime: "workerd",
    cases: /\.avif$|"AVIF: /,
    reason: "Workers have not the memory to decode AVIF, and refuse it as an unsupported format",
  },
  {
    runtime: "deno, two threads",
    cases: /^runs wasm on one thread/,
    reason: "it is there to run on more",
  },
];
