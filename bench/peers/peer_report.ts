import { cpus } from "node:os";
import { megabytes, textTable } from "../../src/commands/shared/text_table.ts";
import { type CompareOptions, comparePeers, type PeerRow } from "./compare_peers.ts";

/** Comparison as a table for people, and as figures that later runs can be compared with. */
export interface PeerReport {
  readonly table: string;
  readonly figures: {
    /** Date of the run, `YYYY-MM-DD`. */
    readonly date: string;
    readonly machine: { readonly processor: string; readonly cores: number };
    readonly versions: Readonly<Record<string, string>>;
    readonly settings: Readonly<Record<string, number | string | boolean>>;
    readonly rows: readonly PeerRow[];
  };
}

/** Measures all servers and writes the report. */
export async function peerReport(options: CompareOptions): Promise<PeerReport> {
  const rows = await comparePeers(options);
  const { images: _, ...settings } = options;
  const processors = cpus();
  return {
    table: tableOf(rows),
    figures: {
      date: new Date().toISOString().slice(0, 10),
      machine: { processor: processors[0]?.model.trim() ?? "?", cores: processors.length },
      versions: { deno: Deno.version.deno, ...await pinnedVersions() },
      settings,
      rows,
    },
  };
}

function tableOf(rows: readonly PeerRow[]): string {
  const head = [
    "image",
    "server",
    "1 connection",
    "ratio",
    "8 connections",
    "ratio",
    "CPU",
    "memory",
    "cold",
  ];
  return textTable(
    head,
    rows.map((row) => [
      row.image,
      row.server,
      `${row.latencyMs.toFixed(1)} ms`,
      row.latencyRatio.toFixed(2),
      `${row.imagesPerSecond.toFixed(1)} /s`,
      row.throughputRatio.toFixed(2),
      `${row.processorMs.toFixed(0)} ms`,
      megabytes(row.residentBytes),
      `${row.coldStartMs.toFixed(0)} ms`,
    ]),
  );
}

/** Returns the versions of the packages that the peers pin. */
async function pinnedVersions(): Promise<Record<string, string>> {
  const requirements = await Deno.readTextFile(new URL("python/requirements.txt", import.meta.url));
  const python = [...requirements.matchAll(/^([\w.-]+)==(\S+)$/gm)]
    .filter(([, name]) => /^(fastapi|uvicorn|litserve|onnxruntime|pillow|numpy)$/i.test(name!))
    .map(([, name, version]) => [`${name!.toLowerCase()} (Python)`, version!]);
  const { dependencies } = JSON.parse(
    await Deno.readTextFile(new URL("node/package.json", import.meta.url)),
  );
  return { ...Object.fromEntries(python), ...dependencies };
}
