import { textTable } from "../../src/commands/shared/text_table.ts";
import { startServer } from "../platforms/host/start_server.ts";
import { paced, quantile, sustainable, unloaded } from "./overload.ts";
import { goodImages } from "./images.ts";
import { soak } from "./soak.ts";

// deno task soak [REQUESTS [SECONDS]]
// Loads `deno task start` with a long mix of valid and invalid requests, then with twice the images
// per second that it can sustain. Ends with 1 if it breaks a promise.
const [requests = 5000, seconds = 30] = Deno.args.map(Number);
const images = { good: await goodImages() };
const broken: string[] = [];
const promise = (holds: boolean, text: string) => void (holds || broken.push(text));

// The queue holds all connections, so that the server answers the mix instead of refusing it.
const soaked = await startServer({ QUEUE: "64" });
console.log(soaked.line);

const { answers, memory: [early, late], alive } = await soak({
  url: soaked.url,
  pid: soaked.pid,
  requests,
  connections: 32,
  seed: 1,
  images,
});
console.log(textTable(["answer", "count"], [...answers].sort()));
const growth = late / early - 1;
console.log(
  `resident memory ${megabytes(early)} after a fifth, ${megabytes(late)} at the end: ` +
    `${(growth * 100).toFixed(1)} %`,
);
promise(growth < 0.1, "memory grew by a tenth or more");
promise(alive, "the server detected nothing after the last request");
for (const [answer] of answers) {
  promise(!answer.startsWith("5") || answer.startsWith("503"), `an answer was ${answer}`);
}

await soaked[Symbol.asyncDispose]();

await using server = await startServer();
const image = images.good[0]!;
const alone = quantile(await unloaded(server.url, image, 20), 0.5);
const pace = await sustainable(server.url, image, 2, seconds / 3);
const load = await paced(server.url, image, 2 * pace, seconds);
const [accepted, health] = [quantile(load.accepted, 0.5), quantile(load.health, 0.99)];
console.log(textTable(["at twice the sustainable load", "value"], [
  ["sustainable images per second", pace.toFixed(1)],
  ["answers", [...load.statuses].map(([status, n]) => `${n} x ${status}`).join(", ")],
  ["median of an image alone", `${alone.toFixed(0)} ms`],
  [
    "median of an accepted one",
    `${accepted.toFixed(0)} ms, ${(accepted / alone).toFixed(2)} times`,
  ],
  ["/healthz, 99th percentile", `${health.toFixed(1)} ms`],
]));
const allowed = [200, 429, 503];
promise([...load.statuses.keys()].every((status) => allowed.includes(status)), "another status");
promise(accepted <= 3 * alone, "accepted images took more than three times as long");
promise(health < 50, "/healthz took 50 ms or more");

for (const text of broken) console.error(`Broken: ${text}`);
Deno.exitCode = broken.length > 0 ? 1 : 0;

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
