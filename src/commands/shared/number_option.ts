import { z } from "zod";
import { NUMBER_PATTERN } from "../../core/number_pattern.ts";

/** Schema of an option that may be unset, and whose value is a number. */
export type NumberOption = z.ZodOptional<z.ZodType<number, string>>;

/**
 * Returns the schema of an option whose value is a number. An empty text is refused: it is usually
 * an unset variable of the shell, and `z.coerce.number()` takes it for 0.
 *
 * @param limits Schema of the number.
 */
export function numberOption(limits: z.ZodType<number, number>): z.ZodType<number, string> {
  return z.string().trim().regex(NUMBER_PATTERN, "must be a number").transform(Number)
    .pipe(limits);
}
