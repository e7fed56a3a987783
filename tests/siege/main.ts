import { textTable } from "../../src/commands/shared/text_table.ts";
import { fruitImage } from "../sample_images/fruit_image.ts";
import { ATTACKS } from "./attacks.ts";
import { besiege, type SiegeReport } from "./besiege.ts";
import { open } from "./connection.ts";
import { largeImage } from "./large_image.ts";
import { isInOwnNetwork, runInOwnNetwork } from "./own_network.ts";
import { brokenPromises } from "./promises.ts";
import { measureQuiet } from "./quiet.ts";
import { startSiegeServer } from "./siege_server.ts";
import { URL_ATTACKS, urlSettings } from "./url_attacks.ts";

// deno task siege [SECONDS [FOLDER [NAME]]]
// Attacks `deno task start` in every known way, SECONDS each, and prints what happened to its memory
// and to polite clients. FOLDER is another checkout to attack. NAME selects the attacks that have it
// in their names. Ends with 1 if a promise of docs/security.md is broken.
//
// deno task siege quiet [SECONDS]
// Measures the promises about time instead, for a machine that runs nothing else (3 minutes).
if (Deno.args[0] === "quiet") Deno.exit(await measureQuiet() ? 0 : 1);
if (!isInOwnNetwork()) {
  const self = [Deno.execPath(), "run", "-A", "--lock=tests/deno.lock", import.meta.filename!];
  const code = await runInOwnNetwork([...self, ...Deno.args]);
  if (code !== undefined) Deno.exit(code);
  console.error(
    "Without images by URL: they need Linux namespaces and the programs unshare and ip",
  );
}
const [seconds = "10", folder = ".", part = ""] = Deno.args;
const root = new URL(`${folder.replace(/\/$/, "")}/`, `file://${Deno.cwd()}/`);
const reports: SiegeReport[] = [];
const broken: string[] = [];
let server = await startSiegeServer(root);
await attackWith(Object.keys(ATTACKS), {}, fruitImage());
if (isInOwnNetwork()) {
  const settings = await urlSettings();
  await restart(settings);
  await attackWith(Object.keys(URL_ATTACKS), settings, largeImage());
}
using unread = await open(server.url);
void unread?.send("GET /models/everyday8 HTTP/1.1\r\nHost: a\r\n\r\n".repeat(5000));
const stopMs = await server.stop();
await server[Symbol.asyncDispose]();

console.log(textTable(
  ["attack", "peak, MB", "recovery, s", "/healthz p99, ms", "/healthz failed", "images answered"],
  reports.map((report) => [
    report.name,
    (report.peakBytes / 1e6).toFixed(0),
    (report.recoveryMs / 1000).toFixed(1),
    report.healthMs.toFixed(0),
    report.healthFailures,
    `${report.answered} of ${report.asked}`,
  ]),
));
console.log(
  `SIGTERM with a client that does not read: ended after ${(stopMs / 1000).toFixed(1)} s`,
);
if (stopMs > 26_000) broken.push("SIGTERM: the server did not end in time");
for (const text of broken) console.error(`Broken: ${text}`);
Deno.exitCode = broken.length > 0 ? 1 : 0;

/**
 * Attacks the server in the ways that were asked for. The first way is no attack, as a comparison.
 * Restarts a server that does not recover.
 */
async function attackWith(
  [calm = "", ...attacks]: readonly string[],
  settings: Readonly<Record<string, string>>,
  image: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const own: SiegeReport[] = [];
  for (const name of [calm, ...attacks.filter((name) => name.includes(part))]) {
    const report = await besiege(server, name, Number(seconds), image);
    own.push(report);
    const faults = brokenPromises(report, own[0]);
    broken.push(...faults);
    console.error(`${name}: ${faults.length === 0 ? "held" : "broken"}`);
    if (Number.isNaN(report.recoveryMs)) await restart(settings);
  }
  reports.push(...own);
}

async function restart(settings: Readonly<Record<string, string>>): Promise<void> {
  await server[Symbol.asyncDispose]();
  server = await startSiegeServer(root, settings);
}
