/** Properties of a response that metrics count. */
export interface CountedResponse {
  /** HTTP method. `OTHER`: a method that no route accepts. */
  readonly method: string;
  /** Pattern of the route, for example `/models/:id`. `other`: the path has no route. */
  readonly route: string;
  /** HTTP status. */
  readonly status: number;
  /** Error code, for example "no-image". Empty: the response is no error. */
  readonly code: string;
  /** Milliseconds between the arrival of the request and the start of the response. */
  readonly ms: number;
}

/** Metrics in the text format that a monitoring system reads. */
export interface MetricsText {
  /** Media type of the text. */
  readonly contentType: string;
  /** Metrics with their current values. */
  readonly text: string;
}

/** Metrics of an app. Each platform implements this interface with a metrics library. */
export interface AppMetrics {
  /** Counts a response. */
  count(response: CountedResponse): void;
  /**
   * Returns the metrics with their current values.
   *
   * @param bodyBytes Bytes of request bodies in memory now.
   */
  read(bodyBytes: number): Promise<MetricsText>;
}
