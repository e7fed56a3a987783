import { DomainError } from "./domain_error.ts";
import { nearestName } from "./nearest_name.ts";

/** Rule for the value of one option. The value `undefined` is always accepted. */
export interface OptionRule {
  /** Description of the accepted values. Error messages contain the description after "must be". */
  readonly must: string;
  /** Returns true if the rule accepts a value. */
  readonly accepts: (value: unknown) => boolean;
}

/** Rule of each option. Null: another check covers the value. */
export type OptionRules<Options> = {
  readonly [Name in keyof Required<Options>]: OptionRule | null;
};

/** Texts for the messages of {@linkcode checkOptions}. */
export interface OptionTexts {
  /** Action that the options belong to, for example "create a detector". */
  readonly action: string;
  /**
   * Path of the options object in the argument of the caller, for example "limits.". Unset: the
   * options object is the argument.
   */
  readonly prefix?: string;
  /**
   * Options of another function, which a caller may have meant. `owner` is the name of the
   * function.
   */
  readonly elsewhere?: { readonly names: readonly string[]; readonly owner: string };
}

/**
 * Checks the names and the values of options, because a misspelt option would have no effect.
 *
 * @param rules Rule of each known option.
 * @returns Plain object with the options that are set. Includes options that are inherited, or that
 *   are getters of a class.
 * @throws {DomainError} `invalid-option`. For an unknown option, the message suggests a similar
 *   one.
 */
export function checkOptions<Options extends object>(
  options: Options,
  rules: OptionRules<Options>,
  texts: OptionTexts,
): Options {
  const { action, prefix = "" } = texts;
  const value: unknown = options;
  if (typeof value !== "object" || value === null || Array.isArray(value) || isThenable(value)) {
    const subject = prefix === "" ? "its options" : `"${prefix.slice(0, -1)}"`;
    throw invalid(`Cannot ${action} as ${subject} must be an object: ${currentValue(value)}`);
  }
  for (const name in options) {
    if (!Object.hasOwn(rules, name)) throw unknownOption(name, Object.keys(rules), texts);
  }
  const checked: Record<string, unknown> = {};
  for (const [name, rule] of Object.entries<OptionRule | null>(rules)) {
    const option: unknown = options[name as keyof Options];
    if (option === undefined) continue;
    if (rule !== null && !rule.accepts(option)) {
      throw invalid(
        `Cannot ${action} as "${prefix}${name}" must be ${rule.must}: ${currentValue(option)}`,
      );
    }
    checked[name] = option;
  }
  return checked as Options;
}

function unknownOption(
  name: string,
  names: readonly string[],
  { action, prefix = "", elsewhere }: OptionTexts,
): DomainError {
  const own = nearestName(name, names);
  const other = own ?? nearestName(name, elsewhere?.names ?? []);
  const owner = own === undefined ? ` of ${elsewhere?.owner}` : "";
  const guess = other === undefined ? "" : `did you mean "${prefix}${other}"${owner}? `;
  const all = names.map((each) => prefix + each).join(", ");
  return invalid(
    `Cannot ${action} as option "${prefix}${name.slice(0, 100)}" is not known: ` +
      `${guess}${guess === "" ? "the" : "The"} options are ${all}`,
  );
}

function invalid(message: string): DomainError {
  return new DomainError("invalid-option", message);
}

function isThenable(value: object): boolean {
  return typeof (value as { then?: unknown }).then === "function";
}

/** Returns the end of an error message: the value that was found, or its type. */
export function currentValue(value: unknown): string {
  if (typeof value === "string") {
    const text = value.length > 100 ? `${value.slice(0, 100)}…` : value;
    return `current value is "${text}"`;
  }
  if (typeof value === "object" && value !== null) {
    if (isThenable(value)) return "current value is a promise. Await it first.";
    return `current value is of type ${typeName(value)}`;
  }
  return typeof value === "function"
    ? "current value is a function"
    : `current value is ${String(value)}`;
}

/** Returns the name of the type of a value, for example `Null`, `Array` or `ImageData`. */
export function typeName(value: unknown): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

/** Rule for a whole number of at least `least`. */
export function wholeNumber(least: number): OptionRule {
  const accepts = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= least;
  return { must: `a whole number of at least ${least}`, accepts };
}

/** Rule for a number of at least `least`. `Infinity` is accepted. */
export function numberFrom(least: number): OptionRule {
  const accepts = (value: unknown) => typeof value === "number" && value >= least;
  return { must: `a number of at least ${least}`, accepts };
}

/** Rule for a number of at least `least` and at most `most`. */
export function numberBetween(least: number, most: number): OptionRule {
  const accepts = (value: unknown) => typeof value === "number" && value >= least && value <= most;
  return { must: `a number from ${least} to ${most}`, accepts };
}

/** Rule for one of several texts. */
export function oneOf(values: readonly string[]): OptionRule {
  const must = values.map((value) => `"${value}"`).join(", ");
  return { must: `one of ${must}`, accepts: (value) => values.includes(value as string) };
}

/** Rule for a boolean. */
export const FLAG: OptionRule = {
  must: "true or false",
  accepts: (value) => typeof value === "boolean",
};

/** Rule for a function. */
export const FUNCTION: OptionRule = {
  must: "a function",
  accepts: (value) => typeof value === "function",
};

/** Rule for an array. */
export const LIST: OptionRule = { must: "an array", accepts: Array.isArray };

/** Rule for an `AbortSignal`, which may come from another realm, such as an iframe. */
export const SIGNAL: OptionRule = {
  must: "an AbortSignal, such as the property `signal` of an AbortController",
  accepts: (value) => hasMethods(value, "addEventListener", "throwIfAborted"),
};

/** Returns true if a value is an object that has all methods in `names`. */
export function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === "function");
}
