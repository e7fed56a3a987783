/** Facts about the operations that compute one output of a graph. */
export interface OutputHints {
  /** Last activation function before the output. Null: there is none, or it is unknown. */
  readonly activation: "sigmoid" | "softmax" | null;
  /** Names of the weights in the last layers before the output. */
  readonly weights: readonly string[];
}

/** Constant of a graph that may contain the anchors. */
export interface BoxConstant {
  /** Name of the constant in the graph. */
  readonly name: string;
  /** Numbers of the constant, in rows of four. */
  readonly data: Float32Array;
  /** Length of each dimension. The last length is 4. */
  readonly shape: readonly number[];
}

/**
 * Facts about a graph that are read from the file of the graph, because an inference session does
 * not report these facts.
 */
export interface GraphHints {
  /** Names of all weights. Usually, the training framework gave the names. */
  readonly weights: readonly string[];
  /** Facts about each output. The key is the name of the output. */
  readonly outputs: Readonly<Record<string, OutputHints | undefined>>;
  /** Constants whose last dimension has four numbers, so that they may contain anchors. */
  readonly boxes: readonly BoxConstant[];
}

/** Empty hints, for a file that could not be read. */
export const NO_HINTS: GraphHints = { weights: [], outputs: {}, boxes: [] };
