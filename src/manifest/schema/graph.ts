import { z } from "zod";
import { PROVIDERS } from "../../core/provider.ts";
import { name, positiveInteger } from "./values.ts";

const fingerprint = {
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits"),
  bytes: positiveInteger,
};

/** Schema of measured results. The key is the name of a result, for example mAP. */
export const metrics = z.record(name, z.number());

const dataFile = z.strictObject({
  /** Name of the file, as written in the graph. */
  file: z.string().regex(/^(?!\.)[\w. -]+$/, "the plain name of a file"),
  ...fingerprint,
});

/** Element types of weights. */
export const PRECISIONS = ["float32", "float16", "int8"] as const;

const entry = {
  file: z.string().regex(/^[\w. -]+\.onnx$/, "the plain name of an .onnx file"),
  ...fingerprint,
  /**
   * Files with weights of the graph (ONNX external data). Unset: the graph file contains all
   * weights.
   */
  data: z.array(dataFile).min(1).optional(),
  /** Element type of most weights of the graph. Unset: unknown. */
  precision: z.enum(PRECISIONS).optional(),
};

/** Schema of the property `graph`: the file of a graph, and the files with its weights. */
export const graph = z.strictObject(entry);

/** Graph that some engines run instead of `graph`. Both graphs have the same inputs and outputs. */
export const variant = z.strictObject({
  ...entry,
  /** Engines that run the variant. */
  engines: z.array(z.enum(PROVIDERS)).min(1),
  /** Measured results of this variant, for example its mAP. The key is the name of the result. */
  metrics: metrics.default({}),
});
