import { DomainError } from "../../src/core/domain_error.ts";

/**
 * Returns the elements of a tensor as one flat list.
 *
 * @param data Elements in the JSON of the request: one flat list, or nested lists with one level
 *   per dimension.
 *
 * @throws {DomainError} `malformed-request` if the number of elements differs from the shape.
 */
export function tensorValues(
  data: readonly unknown[],
  shape: readonly number[],
): readonly unknown[] {
  if (!Array.isArray(data[0])) {
    const count = shape.reduce((product, side) => product * side, 1);
    if (data.length !== count) throw mismatch(shape, `${count} values`, data.length);
    return data;
  }
  const values: unknown[] = [];
  collect(data, shape, 0, values);
  return values;
}

/**
 * Appends the elements of nested lists to `values`. Lists may be nested as deeply as the tensor has
 * dimensions.
 */
function collect(
  list: readonly unknown[],
  shape: readonly number[],
  depth: number,
  values: unknown[],
): void {
  if (list.length !== shape[depth]) {
    throw mismatch(shape, `${shape[depth]} entries at depth ${depth + 1}`, list.length);
  }
  const isInnermost = depth === shape.length - 1;
  for (const entry of list) {
    if (isInnermost) values.push(entry);
    else if (Array.isArray(entry)) collect(entry, shape, depth + 1, values);
    else throw mismatch(shape, `lists at depth ${depth + 2}`, "something else");
  }
}

function mismatch(shape: readonly number[], wanted: string, found: number | string): DomainError {
  return new DomainError(
    "malformed-request",
    `Cannot read tensor "image" as by its shape [${shape.join()}] its data must have ${wanted}: ` +
      `current value is ${found}`,
  );
}
