import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import type { Pixels } from "../image/pixels.ts";
import type { Decoder } from "./decoder.ts";
import { placeBytes } from "./place_bytes.ts";

/** Exports of imagescript's `png.wasm` that are used. */
interface PngExports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  walloc(size: number): number;
  /** Returns the start of the pixels, or a negative error. */
  decode(bytes: number, length: number): number;
  width(): number;
  height(): number;
}

/**
 * Creates a decoder of a PNG of any colour type and depth to RGBA, 8 bits per sample.
 *
 * Each image gets a new instance: wasm memory never shrinks, and an instance that trapped cannot be
 * used again.
 *
 * @param module imagescript's `png.wasm`.
 */
export function pngDecoder(module: WebAssembly.Module): Decoder<"png"> {
  return (bytes, header) => decodePng(module, bytes, header);
}

function decodePng(module: WebAssembly.Module, bytes: Uint8Array, stored: Size): Pixels {
  const imports = { env: { emscripten_notify_memory_growth: () => {} } };
  const wasm = new WebAssembly.Instance(module, imports).exports as unknown as PngExports;
  wasm._initialize();
  const input = placeBytes(wasm, bytes);
  const start = wasm.decode(input, bytes.length);
  if (start <= 0 || wasm.width() !== stored.width || wasm.height() !== stored.height) {
    throw new DomainError("corrupt-image", "Cannot decode PNG as its data is damaged");
  }
  const { width, height } = stored;
  const data = new Uint8Array(wasm.memory.buffer, start, width * height * 4);
  return { data, width, height, channels: 4, reduction: 1 };
}
