import { z } from "zod";
import type { BoxCoder } from "../../core/box_coder.ts";
import type { Same } from "./same_type.ts";
import { boxForm, extent, positive, space } from "./values.ts";

const deltas = {
  order: z.enum(["xy", "yx"]),
  weights: z.tuple([positive, positive, positive, positive]),
  extent,
};

/** Schema of the property `boxes`. `BoxCoder` explains each kind. */
export const boxCoder = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("centre-size"), ...deltas, clamp: positive.nullable() }),
  z.strictObject({ kind: z.literal("corners"), ...deltas }),
  z.strictObject({ kind: z.literal("decoded"), corners: boxForm, space, extent }),
]);

// Type check: this line fails to compile if the schema differs from the type in src/core.
true satisfies Same<z.infer<typeof boxCoder>, BoxCoder>;
