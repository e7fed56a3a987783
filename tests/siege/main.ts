import { textTable } from "../../src/commands/shared/text_table.ts";
import { ATTACKS } from "./attacks.ts";
import { besiege, type SiegeReport } from "./besiege.ts";
import { open } from "./connection.ts";
import { brokenPromises } from "./promises.ts";
import { measureQuiet } from "./quiet.ts";
import { startSiegeServer } from "./siege_server.ts";

// deno task siege [SECONDS [FOLDER [NAME]]]
// Attacks `deno task start` in every known way, SECONDS each, and prints what happened to its memory
// and to polite clients. FOLDER is another checkout to attack. NAME selects the attacks that have it
// in their names. Ends with 1 if a promise of docs/security.md is broken.
//
// deno task siege quiet [SECONDS]
// Measures the promises about time instead, for a machine that runs nothing else (3 minutes).
if (Deno.args[0] === "quiet") Deno.exit(await measureQuiet() ? 0 : 1);
const [seconds = "10", folder = ".", part = ""] = Deno.args;
const root = new URL(`${folder.replace(/\/$/, "")}/`, `file://${Deno.cwd()}/`);
const names = Object.keys(ATTACKS).filter((name) => name === "no attack" || name.includes(part));
const reports: SiegeReport[] = [];
let server = await startSiegeServer(root);
for (const name of names) {
  const report = await besiege(server, name, Number(seconds));
  reports.push(report);
  console.error(`${name}: ${brokenPromises(report, reports[0]).length === 0 ? "held" : "broken"}`);
  if (Number.isNaN(report.recoveryMs)) {
    await server[Symbol.asyncDispose]();
    server = await startSiegeServer(root);
  }
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
const broken = reports.flatMap((report) => brokenPromises(report, reports[0]));
if (stopMs > 26_000) broken.push("SIGTERM: the server did not end in time");
for (const text of broken) console.error(`Broken: ${text}`);
Deno.exitCode = broken.length > 0 ? 1 : 0;
