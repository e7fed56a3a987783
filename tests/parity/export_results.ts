/** Outcome of `model new` for one export. */
export interface Outcome {
  /**
   * `exact`: the boxes are the framework's, without an option. `says`: a manifest whose uncertain
   * property is listed; the answer gives the boxes. `asks`: `model new` names the option that is
   * missing. `refuses`: a reason and a remedy. `WRONG`: other boxes, and nothing said so.
   */
  readonly kind: "exact" | "says" | "asks" | "refuses" | "WRONG";
  /** Text that `model new` printed about it. */
  readonly detail: string;
  /** Number of compared boxes. Unset: no boxes, because the export was refused. */
  readonly boxes?: number;
  /** Largest difference from the framework: pixels of the image, and score. */
  readonly worst?: { readonly px: number; readonly score: number };
}

/** Outcomes by the name of the export. */
export type Results = Readonly<Record<string, Outcome>>;
