/** Facts about the operations that compute one output of a graph. */
export interface OutputHints {
  /** Last function that the graph applies to the values. Null: no such function, or unknown. */
  readonly activation: "sigmoid" | "softmax" | null;
  /** Names of the weights in the last layers before the output. */
  readonly weights: readonly string[];
}

/** Constant of a graph that may contain the anchors. */
export interface BoxConstant {
  /** Name in the graph. */
  readonly name: string;
  /** R rows of four numbers. */
  readonly data: Float32Array;
}

/** Facts that are only in the file of a graph. A session does not reveal them. */
export interface GraphHints {
  /** Names of all weights. Exporters keep the names that the framework gave. */
  readonly weights: readonly string[];
  /** Facts about each output; the key is its name. */
  readonly outputs: Readonly<Record<string, OutputHints | undefined>>;
  /** Constants of the shape `[R, 4]` or `[1, R, 4]`. */
  readonly boxes: readonly BoxConstant[];
}

/** Empty hints, for a file that could not be read. */
export const NO_HINTS: GraphHints = { weights: [], outputs: {}, boxes: [] };
