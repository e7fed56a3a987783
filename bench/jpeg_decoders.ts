import { z } from "zod";
import { jpegDecoder } from "../src/codecs/jpeg.ts";
import { readArguments, readImageFile } from "../src/commands/shared/arguments.ts";
import type { CommandSpec } from "../src/commands/shared/command_spec.ts";
import { type CommandIo, runCommand } from "../src/commands/shared/run_command.ts";
import { textTable } from "../src/commands/shared/text_table.ts";
import { readJpegHeader } from "../src/image/formats/jpeg.ts";
import { reducedSize } from "../src/image/jpeg_reduction.ts";
import { cameraJpeg } from "../tests/sample_images/camera_jpeg.ts";
import { sceneJpeg } from "../tests/sample_images/fruit_scene.ts";
import { measure, type Task } from "./stopwatch.ts";

const SPEC = {
  name: "jpeg_decoders",
  summary: "Time our JPEG decoder and that of imagescript at each scale.",
  options: {
    image: z.string().optional().meta({
      value: "FILE",
      description: "a JPEG; default: a drawn one of 1080p, and one of 12 megapixels",
    }),
    rounds: z.coerce.number().int().positive().default(40)
      .meta({ value: "N", description: "runs of each decoder" }),
  },
} satisfies CommandSpec;

const REDUCTIONS = [1, 2, 4, 8] as const;

/** Exports of imagescript's `jpeg.wasm` that are used. */
interface ImagescriptExports {
  readonly memory: WebAssembly.Memory;
  walloc(size: number): number;
  decode(bytes: number, length: number, width: number, height: number): number;
  decode_buffer(image: number): number;
}

async function main(args: readonly string[], io: CommandIo): Promise<void> {
  const { values: { image, rounds } } = readArguments(args, SPEC, io);
  const ours = jpegDecoder(await compile(new URL("../src/codecs/jpeg.wasm", import.meta.url)));
  const theirs = await compile(new URL(import.meta.resolve("imagescript/wasm/any/jpeg.wasm")));
  const files = image === undefined
    ? [await sceneJpeg(), await cameraJpeg()]
    : [await readImageFile(image)];
  for (const bytes of files) {
    const header = readJpegHeader(bytes);
    const tasks = REDUCTIONS.flatMap((reduction): Task[] => {
      const size = reducedSize(header, reduction);
      return [
        [`1/${reduction} imagescript`, () => decodeTheirs(theirs, bytes, size)],
        [`1/${reduction} ours`, () => void ours(bytes, header, size)],
      ];
    });
    const rows = (await measure(tasks, rounds)).map(({ name, median, least }) => {
      return [name, median.toFixed(1), least.toFixed(1)];
    });
    console.log(`${header.width}x${header.height}, ${bytes.length} bytes, ${rounds} runs`);
    console.log(textTable(["scale and decoder", "median ms", "least ms"], rows));
  }
}

async function compile(file: URL): Promise<WebAssembly.Module> {
  return await WebAssembly.compile(await Deno.readFile(file));
}

function decodeTheirs(
  module: WebAssembly.Module,
  bytes: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
): void {
  const wasm = new WebAssembly.Instance(module).exports as unknown as ImagescriptExports;
  const start = wasm.walloc(bytes.length);
  new Uint8Array(wasm.memory.buffer, start, bytes.length).set(bytes);
  wasm.decode_buffer(wasm.decode(start, bytes.length, width, height));
}

if (import.meta.main) await runCommand(main);
