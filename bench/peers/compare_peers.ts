import { measureTurns, median, type NamedImage, type PeerMeasurement } from "./measure_peers.ts";
import { ourServers, peerServers, type ServerOptions } from "./servers.ts";

/** Medians over the turns of one server with one image. */
export interface PeerRow extends PeerMeasurement {
  /** Throughput divided by that of the first server in the same turn. */
  readonly throughputRatio: number;
  /** Latency divided by that of the first server in the same turn. */
  readonly latencyRatio: number;
}

/** Options of {@linkcode comparePeers}. */
export interface CompareOptions extends ServerOptions {
  readonly images: readonly NamedImage[];
  /** Starts of each server with each image. */
  readonly rounds: number;
  /** Measurements after each start. The table shows the medians of all. */
  readonly turns: number;
  /** Requests over one connection in each measurement. */
  readonly requests: number;
  /** Duration of each throughput measurement, in seconds. */
  readonly seconds: number;
  /** Leaves the servers of others out. */
  readonly onlyOurs: boolean;
}

/** Measures all servers in turn, and starts all of them afresh in each round. */
export async function comparePeers(options: CompareOptions): Promise<PeerRow[]> {
  const { images, rounds, onlyOurs } = options;
  const servers = [...onlyOurs ? [] : await peerServers(options), ...await ourServers(options)];
  const rows: PeerRow[] = [];
  for (const image of images) {
    const turns: PeerMeasurement[][] = [];
    for (let round = 0; round < rounds; round++) {
      turns.push(...await measureTurns(servers, image, options));
    }
    rows.push(...servers.map((_, index) => rowOf(turns, index)));
  }
  return rows;
}

/** Returns the medians of the server with this index. */
function rowOf(turns: readonly (readonly PeerMeasurement[])[], index: number): PeerRow {
  const ratio = (figure: (found: PeerMeasurement) => number) =>
    median(turns.map((turn) => figure(turn[index]!) / figure(turn[0]!)));
  return {
    ...mediansOf(turns.map((turn) => turn[index]!)),
    throughputRatio: ratio(({ imagesPerSecond }) => imagesPerSecond),
    latencyRatio: ratio(({ latencyMs }) => latencyMs),
  };
}

function mediansOf(measurements: readonly PeerMeasurement[]): PeerMeasurement {
  const [first] = measurements;
  if (first === undefined) throw new RangeError("Cannot compare as no turn was measured");
  const middle = (figure: (found: PeerMeasurement) => number) => median(measurements.map(figure));
  return {
    server: first.server,
    image: first.image,
    coldStartMs: middle(({ coldStartMs }) => coldStartMs),
    latencyMs: middle(({ latencyMs }) => latencyMs),
    imagesPerSecond: middle(({ imagesPerSecond }) => imagesPerSecond),
    processorMs: middle(({ processorMs }) => processorMs),
    residentBytes: middle(({ residentBytes }) => residentBytes),
  };
}
