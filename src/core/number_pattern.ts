/**
 * Form of a number as a text, in options of the command line and of HTTP requests. Unlike
 * `Number()`, the pattern does not take an empty text for 0.
 */
export const NUMBER_PATTERN: RegExp = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
