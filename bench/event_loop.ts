import process from "node:process";
import { executable, type RuntimeName } from "../tests/platforms/hosts/executable.ts";
import { drawFruit, ORANGE_SKIN } from "../tests/sample_images/draw_fruit.ts";
import { encodeJpeg } from "../tests/sample_images/encode_jpeg.ts";
import { installPackage } from "../tests/package/installed_package.ts";
import { textTable } from "../src/commands/shared/text_table.ts";

/** Detections of each process; the least stall and the least time count. */
const ROUNDS = 8;

/** Program of a user that measures how long a detection stops its event loop. */
const SCRIPT = `
import { readFile } from "node:fs/promises";
import { createDetector } from "retinanet-edge";

const worker = process.argv[2] === "worker";
const detector = await createDetector({ model: "everyday8", engine: "wasm", threads: 2, worker });
const image = await readFile("image.jpg");
await detector.detect(image);
let [stall, time] = [Infinity, Infinity];
for (let round = 0; round < ${ROUNDS}; round++) {
  let [last, longest] = [performance.now(), 0];
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  const started = performance.now();
  await detector.detect(image);
  const ended = performance.now();
  clearInterval(timer);
  stall = Math.min(stall, Math.max(longest, ended - last));
  time = Math.min(time, ended - started);
}
await detector.close();
console.log(JSON.stringify({ stall, time }));
`;

/** Prints how long a detection stops the event loop of a program, with and without a worker. */
async function main(): Promise<void> {
  await using installed = await installPackage();
  const orange = { x: 2000, y: 1500, radius: 1000, skin: ORANGE_SKIN };
  const image = await encodeJpeg(drawFruit(4000, 3000, [orange]));
  await Deno.writeFile(`${installed.folder}/image.jpg`, image);
  await Deno.writeTextFile(`${installed.folder}/measure.mjs`, SCRIPT);
  const rows: string[][] = [];
  for (const runtime of ["node24", "deno", "bun"] as const) {
    for (const worker of ["here", "worker"] as const) {
      const { stall, time } = await measure(runtime, worker, installed.folder);
      rows.push([runtime, worker, stall.toFixed(0), time.toFixed(0)]);
    }
  }
  console.log(textTable(["runtime", "detector", "stall, ms", "detection, ms"], rows));
}

async function measure(
  runtime: RuntimeName | "deno",
  worker: "here" | "worker",
  cwd: string,
): Promise<{ readonly stall: number; readonly time: number }> {
  const isDeno = runtime === "deno";
  const { stdout } = await new Deno.Command(isDeno ? process.execPath : await executable(runtime), {
    args: [...isDeno ? ["run", "-A", "--no-lock"] : [], "measure.mjs", worker],
    cwd,
    stderr: "inherit",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

await main();
