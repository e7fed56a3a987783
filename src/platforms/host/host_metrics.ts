import process from "node:process";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { AppMetrics, CountedResponse, MetricsText } from "../../../routes/http/metrics.ts";
import { VERSION } from "../../core/version.ts";
import type { DetectResult } from "../../ports/detector.ts";
import type { PoolObserver } from "../../serving/pool_options.ts";
import type { ModelRegistry } from "../../serving/model_registry.ts";

/** Upper limits of the buckets for durations, seconds. */
const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Names of the stages of a detection, as in the property `timing` of a result. */
const STAGES = ["decode", "preprocess", "inference", "postprocess"] as const;

/** Names of the states of a model, as in the response to `GET /models`. */
const STATUSES = ["idle", "loading", "ready", "failed"] as const;

/**
 * Metrics of a server in the format of Prometheus, made with the package prom-client.
 *
 * The labels of the metrics have few values: route patterns, statuses, error codes and the models
 * of the folder. Thus clients cannot increase the number of time series without limit.
 */
export class HostMetrics implements AppMetrics, PoolObserver {
  readonly #registry = new Registry();
  readonly #requests = this.#counter("requests_total", "Responses", [
    ...["method", "route", "status", "code"] as const,
  ]);
  readonly #seconds = this.#histogram("request_seconds", "Time until the response starts", [
    "route",
  ]);
  readonly #waits = this.#histogram("queue_wait_seconds", "Wait of an image for a worker", [
    "model",
  ]);
  readonly #stages = this.#histogram("stage_seconds", "Time of each stage of a detection", [
    ...["model", "stage"] as const,
  ]);
  readonly #restarts = this.#counter("worker_restarts_total", "Workers that were replaced", [
    "model",
  ]);
  readonly #bodyBytes = this.#gauge("body_bytes", "Bytes of request bodies in memory", []);
  readonly #waiting = this.#gauge("queue_length", "Images that wait for a worker", ["model"]);
  readonly #predicted = this.#gauge(
    "queue_predicted_wait_seconds",
    "Predicted wait of one more image",
    ["model"],
  );
  readonly #workers = this.#gauge("workers", "Workers that are alive", ["model"]);
  readonly #models = this.#gauge("model_info", "Loaded models with their engines", [
    ...["model", "provider", "threads", "sha256"] as const,
  ]);
  readonly #statuses = this.#gauge("model_status", "1 for the status of each model", [
    ...["model", "status"] as const,
  ]);
  readonly #memory = new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory of the server process, without its worker processes",
    registers: [],
  });
  /** Models whose state the gauges show. Unset: the server has not opened its models yet. */
  models: ModelRegistry | undefined;

  /** Starts with all counts at zero. */
  constructor() {
    // The default metrics of prom-client are not used, because they read files in /proc, which Deno
    // forbids.
    this.#registry.registerMetric(this.#memory);
    this.#gauge("info", "Version of the server", ["version"]).set({ version: VERSION }, 1);
  }

  /** Counts a response. */
  count({ method, route, status, code, ms }: CountedResponse): void {
    this.#requests.inc({ method, route, status: String(status), code });
    this.#seconds.observe({ route }, ms / 1000);
  }

  /** Records the wait of an image. */
  waited(model: string, ms: number): void {
    this.#waits.observe({ model }, ms / 1000);
  }

  /** Records the stages of a detection. */
  detected({ model, timing }: DetectResult): void {
    for (const stage of STAGES) this.#stages.observe({ model, stage }, timing[stage] / 1000);
  }

  /** Counts a worker that was replaced. */
  replaced(model: string): void {
    this.#restarts.inc({ model });
  }

  /** Returns the metrics with their current values. */
  async read(bodyBytes: number): Promise<MetricsText> {
    this.#bodyBytes.set(bodyBytes);
    this.#memory.set(process.memoryUsage().rss);
    this.#readModels();
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #readModels(): void {
    for (const gauge of [this.#waiting, this.#predicted, this.#workers, this.#models]) {
      gauge.reset();
    }
    for (const { manifest: { id: model }, status } of this.models?.models ?? []) {
      for (const each of STATUSES) {
        this.#statuses.set({ model, status: each }, each === status ? 1 : 0);
      }
      // Creates the time series with the value 0, so that the first restart shows as an increase.
      this.#restarts.inc({ model }, 0);
      const state = this.models?.state(model);
      if (state?.status !== "ready") continue;
      const { engine: { provider, threads }, model: { sha256 } } = state.detector;
      this.#models.set({ model, provider, threads: String(threads), sha256 }, 1);
      const load = state.detector.load?.();
      if (load === undefined) continue;
      this.#waiting.set({ model }, load.waiting);
      this.#predicted.set({ model }, load.predictedWaitMs / 1000);
      this.#workers.set({ model }, load.workers);
    }
  }

  #counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]) {
    return new Counter({ ...this.#options(name, help), labelNames });
  }

  #gauge<Label extends string>(name: string, help: string, labelNames: readonly Label[]) {
    return new Gauge({ ...this.#options(name, help), labelNames });
  }

  #histogram<Label extends string>(name: string, help: string, labelNames: readonly Label[]) {
    return new Histogram({ ...this.#options(name, help), labelNames, buckets: BUCKETS });
  }

  #options(name: string, help: string) {
    return { name: `retinanet_edge_${name}`, help, registers: [this.#registry] };
  }
}
