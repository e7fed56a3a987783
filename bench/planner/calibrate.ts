import ort from "onnxruntime-web";
import process from "node:process";
import { OnnxWriter } from "../../tests/planner/onnx_writer.ts";

/** Multiply-accumulates of {@linkcode calibrate}. */
export const CALIBRATION_MACS = 8 * 64 * 64 * 9 * 80 * 80;

/**
 * Measures the CPU time of eight 3x3 convolutions of 64 channels at 80x80, on one thread of wasm.
 * Used to scale timings between machines, and between hours of one machine.
 *
 * @returns Milliseconds, the least of twelve runs.
 */
export async function calibrate(): Promise<number> {
  const writer = new OnnxWriter();
  let x = "image";
  for (let i = 0; i < 8; i++) x = writer.conv(x, { inside: 64, outside: 64, kernel: 3 });
  const graph = writer.finish({ image: [1, 64, 80, 80] }, { [x]: [1, 64, 80, 80] });
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(graph, { executionProviders: ["wasm"] });
  const data = new Float32Array(64 * 80 * 80).fill(0.1);
  const image = new ort.Tensor("float32", data, [1, 64, 80, 80]);
  let least = Infinity;
  for (let round = 0; round < 12; round++) {
    const before = process.cpuUsage();
    await session.run({ image });
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  await session.release();
  return least;
}
