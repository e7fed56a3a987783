import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import type { Pixels } from "../image/pixels.ts";
import { placeBytes } from "./place_bytes.ts";

/** What imagescript's `png.wasm` exports, as far as it is used. */
interface PngExports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  walloc(size: number): number;
  /** Start of the pixels, or a negative error. */
  decode(bytes: number, length: number): number;
  width(): number;
  height(): number;
}

/**
 * Decodes a PNG of any colour type and depth to 8-bit RGBA.
 *
 * Each image gets an instance of its own: wasm memory never shrinks, and an instance that
 * trapped cannot be used again.
 *
 * @param stored Size in the header.
 * @throws {DomainError} `corrupt-image`.
 */
export function decodePng(module: WebAssembly.Module, bytes: Uint8Array, stored: Size): Pixels {
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
