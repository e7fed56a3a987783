import process from "node:process";
import { joinedBytes } from "../../core/joined_bytes.ts";
import { DEFAULT_IMAGE_LIMITS } from "../../image/limits.ts";
import type { CommandIo } from "../shared/run_command.ts";

/**
 * Reads an image from standard input.
 *
 * @throws {Error} If standard input is a terminal, empty, or longer than an image may be.
 */
export async function readStandardInput(
  { readInput = readProcessInput }: CommandIo,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await readInput();
  if (bytes.length === 0) throw new Error("Cannot read standard input as it is empty");
  return bytes;
}

async function readProcessInput(): Promise<Uint8Array<ArrayBuffer>> {
  const { stdin } = process;
  if (stdin.isTTY) {
    throw new Error("Cannot read standard input as it is a terminal: pipe an image into it");
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stdin as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    const { maxBytes } = DEFAULT_IMAGE_LIMITS;
    if (size > maxBytes) {
      throw new Error(`Cannot read standard input as it must have at most ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return joinedBytes(chunks);
}
