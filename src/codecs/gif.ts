import { DomainError } from "../core/domain_error.ts";
import type { Size } from "../core/size.ts";
import type { Pixels } from "../image/pixels.ts";
import type { Decoder } from "./decoder.ts";
import { placeBytes } from "./place_bytes.ts";

/** Exports of imagescript's `gif.wasm` that are used. */
interface GifExports {
  readonly memory: WebAssembly.Memory;
  walloc(size: number): number;
  decoder_new(bytes: number, length: number, limit: number): number;
  decoder_frame(decoder: number): number;
  decoder_frame_x(frame: number): number;
  decoder_frame_y(frame: number): number;
  decoder_frame_width(frame: number): number;
  decoder_frame_height(frame: number): number;
  decoder_frame_buffer(frame: number): number;
  /** Returns the length of the buffer that the last call returned. */
  wlen(): number;
}

/**
 * Creates a decoder of the first frame of a GIF to RGBA, on its transparent screen.
 *
 * @param module imagescript's `gif.wasm`.
 */
export function gifDecoder(module: WebAssembly.Module): Decoder<"gif"> {
  return (bytes, header) => decodeGif(module, bytes, header);
}

function decodeGif(module: WebAssembly.Module, bytes: Uint8Array, screen: Size): Pixels {
  const imports = { env: { push_to_stream: () => {} } };
  const wasm = new WebAssembly.Instance(module, imports).exports as unknown as GifExports;
  const input = placeBytes(wasm, bytes);
  const decoder = wasm.decoder_new(input, bytes.length, 0);
  // Result 0 means that a step failed, 1 that there is no frame.
  const frame = decoder === 0 ? 0 : wasm.decoder_frame(decoder);
  if (frame <= 1) {
    throw new DomainError("corrupt-image", "Cannot decode GIF as its data is damaged");
  }
  const left = wasm.decoder_frame_x(frame);
  const top = wasm.decoder_frame_y(frame);
  const width = wasm.decoder_frame_width(frame);
  const height = wasm.decoder_frame_height(frame);
  const start = wasm.decoder_frame_buffer(frame);
  const pixels = new Uint8Array(wasm.memory.buffer, start, wasm.wlen());
  const data = new Uint8Array(screen.width * screen.height * 4);
  for (let y = 0; y < Math.min(height, screen.height - top); y++) {
    const row = pixels.subarray(y * width * 4, (y + 1) * width * 4);
    const room = Math.min(width, screen.width - left) * 4;
    data.set(row.subarray(0, room), ((top + y) * screen.width + left) * 4);
  }
  return { data, width: screen.width, height: screen.height, channels: 4, reduction: 1 };
}
