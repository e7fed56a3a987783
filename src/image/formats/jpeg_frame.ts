import { DomainError } from "../../core/domain_error.ts";
import type { ByteReader } from "./byte_reader.ts";
import type { JpegComponent } from "./jpeg_scans.ts";

/** Maximum sampling factor of a colour component (ITU-T T.81, table B.2). */
const MAX_SAMPLING = 4;
/** Side of a block in samples. A decoder stores each coefficient of a block in two bytes. */
const BLOCK_SIDE = 8;
/** Bytes of memory that a decoder uses for the coefficients of one block (8x8 samples). */
export const BLOCK_BYTES = 2 * BLOCK_SIDE ** 2;

/** Fields of the frame header of a JPEG. */
export interface JpegFrame {
  /** Marker of the frame header, which tells the kind of coding. */
  readonly marker: number;
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. 0: a segment after the first scan contains the height. */
  readonly height: number;
  /** Byte offset of the height in the file. */
  readonly heightAt: number;
  /** Bits per sample. */
  readonly bitDepth: number;
  /** Sampling factors of each component (colour plane). */
  readonly samplings: readonly JpegSampling[];
}

/**
 * Sampling factors of a colour component: the numbers of its blocks per MCU (minimum coded unit),
 * across and down.
 */
export interface JpegSampling {
  /** Id of the component. */
  readonly id: number;
  /** Number of blocks per MCU (minimum coded unit), across. */
  readonly horizontal: number;
  /** Number of blocks per MCU (minimum coded unit), down. */
  readonly vertical: number;
}

/** Reads a frame header (ITU-T T.81, B.2.2 and table B.2). */
export function readFrame(
  reader: ByteReader,
  marker: number,
  length: number,
  fileBytes: number,
): JpegFrame {
  if (length < 6) throw reader.corrupt("a frame header must hold at least 6 bytes", length);
  const bitDepth = reader.u8();
  const heightAt = fileBytes - reader.remaining;
  const height = reader.u16();
  const width = reader.u16();
  const channels = reader.u8();
  if (bitDepth === 12) {
    throw new DomainError(
      "unsupported-format",
      "Cannot decode JPEG as its samples must have 8 bits: current value is 12. " +
        "Save it with 8 bits and send that.",
    );
  }
  if (bitDepth !== 8) throw reader.corrupt("its precision must be 8 bits", bitDepth);
  if (width === 0) throw reader.corrupt("its width must be at least 1", width);
  if (channels === 0) throw reader.corrupt("it must have at least 1 component", channels);
  if (length !== 6 + 3 * channels) {
    throw reader.corrupt(
      `a frame header of ${channels} components must hold ${6 + 3 * channels} bytes`,
      length,
    );
  }
  const samplings = Array.from({ length: channels }, () => readSampling(reader));
  return { marker, width, height, heightAt, bitDepth, samplings };
}

function readSampling(reader: ByteReader): JpegSampling {
  const id = reader.u8();
  const factors = reader.u8();
  const [horizontal, vertical] = [factors >> 4, factors & 15];
  if (Math.min(horizontal, vertical) < 1 || Math.max(horizontal, vertical) > MAX_SAMPLING) {
    throw reader.corrupt(
      `a sampling factor must be 1 to ${MAX_SAMPLING}`,
      `${horizontal}x${vertical}`,
    );
  }
  reader.skip(1); // Number of the quantisation table.
  return { id, horizontal, vertical };
}

/**
 * Computes the number of blocks (8x8 samples) of each component, which is a colour plane (ITU-T
 * T.81, A.1.1, A.2.3 and A.2.4).
 */
export function componentsOf(
  samplings: readonly JpegSampling[],
  width: number,
  height: number,
): readonly JpegComponent[] {
  const perMcu = {
    width: BLOCK_SIDE * Math.max(...samplings.map(({ horizontal }) => horizontal)),
    height: BLOCK_SIDE * Math.max(...samplings.map(({ vertical }) => vertical)),
  };
  const mcus = Math.ceil(width / perMcu.width) * Math.ceil(height / perMcu.height);
  return samplings.map(({ id, horizontal, vertical }) => ({
    id,
    blocks: Math.ceil(width * horizontal / perMcu.width) *
      Math.ceil(height * vertical / perMcu.height),
    paddedBlocks: mcus * horizontal * vertical,
  }));
}
