/** Cases that are skipped on a runtime. */
export interface Skip {
  /** Name of the runtime. */
  readonly runtime: string;
  /** Names of the cases. */
  readonly cases: RegExp;
  /** Reason, which the name of the test shows. */
  readonly reason: string;
}

/** All skips; `runtimes_test.ts` fails on one whose runtime or cases do not exist. */
export const SKIPS: readonly Skip[] = [
  {
    runtime: "workerd",
    cases: /\.avif$|"AVIF: /,
    reason: "Workers lack the memory to decode AVIF, and refuse it as an unsupported format",
  },
  ...["workerd", "chromium"].map((runtime) => ({
    runtime,
    cases: /"HEIC: /,
    reason: "only servers decode HEIC; others refuse it as an unsupported format",
  })),
  {
    runtime: "deno, two threads",
    cases: /^runs wasm on one thread/,
    reason: "it runs on two threads",
  },
];
