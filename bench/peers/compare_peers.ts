import { measurePeer, median, type NamedImage, type PeerMeasurement } from "./measure_peers.ts";
import { ourServers, peerServers, type ServerOptions } from "./servers.ts";

/** Medians over the rounds of one server with one image. */
export interface PeerRow extends PeerMeasurement {
  /** Throughput divided by that of the first server with the same image. */
  readonly throughputRatio: number;
}

/** Options of {@linkcode comparePeers}. */
export interface CompareOptions extends ServerOptions {
  readonly images: readonly NamedImage[];
  /** Measurements of each server with each image. The table shows their medians. */
  readonly rounds: number;
  /** Requests over one connection in each measurement. */
  readonly requests: number;
  /** Duration of each throughput measurement. */
  readonly seconds: number;
  /** Leaves the servers of others out. */
  readonly onlyOurs: boolean;
}

/**
 * Measures all servers in turn, round after round, so that a machine that slows down slows all of
 * them. Each measurement starts a fresh process.
 */
export async function comparePeers(options: CompareOptions): Promise<PeerRow[]> {
  const { images, rounds, onlyOurs } = options;
  const servers = [...onlyOurs ? [] : await peerServers(options), ...await ourServers(options)];
  const measurements: PeerMeasurement[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const image of images) {
      for (const server of servers) measurements.push(await measurePeer(server, image, options));
    }
  }
  return images.flatMap(({ name: image }) => {
    const rows = servers.map(({ name: server }) =>
      mediansOf(measurements.filter((found) => found.image === image && found.server === server))
    );
    const reference = rows[0]?.imagesPerSecond ?? NaN;
    return rows.map((row) => ({ ...row, throughputRatio: row.imagesPerSecond / reference }));
  });
}

function mediansOf(measurements: readonly PeerMeasurement[]): PeerMeasurement {
  const [first] = measurements;
  if (first === undefined) throw new RangeError("Cannot compare as no round was measured");
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
