/** Value of an attribute of a span. */
export type SpanAttribute = string | number | boolean;

/**
 * Part of a trace: a period of time with a name and attributes. The times are values of
 * `performance.now()`.
 */
export interface RecordedSpan {
  /** Name of the work, for example `decode`. Names have few values. */
  readonly name: string;
  /** Time when the work began. */
  readonly start: number;
  /** Time when the work ended. */
  readonly end: number;
  /** Attributes by name. Unset: none. */
  readonly attributes?: Readonly<Record<string, SpanAttribute>> | undefined;
  /** Error that ended the work. Unset: the work succeeded. */
  readonly error?: unknown;
  /** Spans of the parts of this work. Unset: the work has no parts. */
  readonly children?: readonly RecordedSpan[] | undefined;
}

/** Trace of one request. The span of the request itself is open until the response is complete. */
export interface RequestTrace {
  /** Adds a span below the span of the request. The work of the span has ended already. */
  record(span: RecordedSpan): void;
  /**
   * Keeps the span of the request open after the handler has returned, for a response that is still
   * being computed.
   *
   * @returns Function that ends the wait. Calls after the first do nothing.
   */
  keepOpen(): () => void;
}
