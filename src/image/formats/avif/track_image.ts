import type { ByteReader } from "../byte_reader.ts";
import {
  type CodedImage,
  type HeifImage,
  type SequenceReader,
  sequenceReader,
} from "../heif/heif_image.ts";
import { ALPHA_SIZE, checkSize, isAlphaType, readDisplay } from "../heif/image_properties.ts";
import { boxType, type IsoBox, nextBox } from "../heif/iso_box.ts";
import { AV1 } from "./av1_data.ts";
import type { Av1Sequence } from "./av1_sequence.ts";

const TRAK = boxType("trak");
const TKHD = boxType("tkhd");
const TREF = boxType("tref");
const AUXL = boxType("auxl");
const PREM = boxType("prem");
const MDIA = boxType("mdia");
const MINF = boxType("minf");
const STBL = boxType("stbl");
const STSD = boxType("stsd");
const STSZ = boxType("stsz");
const STCO = boxType("stco");
const CO64 = boxType("co64");
const AV01 = boxType("av01");
const AV1C = boxType("av1C");
const AUXI = boxType("auxi");
const CLAP = boxType("clap");

/**
 * Bytes at the start of a visual sample entry (the description of a track's frames), before the
 * first box inside the entry (ISO/IEC 14496-12, 12.1.3).
 */
const ENTRY_BYTES = 78;
/**
 * Maximum number of boxes inside one box. Real files have far fewer. The limit bounds the reading
 * time.
 */
const MAX_BOXES = 1000;

/**
 * Maximum number of tracks to search. An image sequence has one track for colours and one for
 * alpha.
 */
const MAX_TRACKS = 16;

/**
 * Track of an image sequence. A track contains the frames with the colours, or the frames with the
 * alpha.
 */
interface Track {
  readonly id: number;
  /**
   * Ids of the tracks that this track belongs to, for example as their alpha. Empty for a track
   * with the colours.
   */
  readonly auxiliaryOf: readonly number[];
  readonly isPremultiplied: boolean;
  /**
   * Boxes that describe the image, from the sample entry (the description of the track's frames).
   */
  readonly properties: readonly IsoBox[];
  /** Reads the AV1 data of the first frame. */
  readonly first: () => Uint8Array;
}

/**
 * Reads the first frame of an image sequence and the alpha of this frame (ISO/IEC 23008-12, section
 * 7).
 *
 * @param file Reader of the whole file.
 * @param moov Payload of the `moov` box.
 * @throws {DomainError} `corrupt-image`, if the file breaks the standard; `truncated-image`, if the
 *   file ends too early.
 */
export function trackImage(file: ByteReader, moov: ByteReader): HeifImage<Av1Sequence> {
  const tracks = boxesOf(moov).filter(({ type }) => type === TRAK).slice(0, MAX_TRACKS)
    .flatMap(({ content }) => readTrack(file, content) ?? []);
  const main = tracks.find(({ auxiliaryOf }) => auxiliaryOf.length === 0);
  if (main === undefined) throw moov.corrupt("its sequence must have AV1 data", "none");
  const auxiliary = tracks.find(({ auxiliaryOf, properties }) => {
    const kind = properties.find(({ type }) => type === AUXI);
    return auxiliaryOf.includes(main.id) && kind !== undefined && isAlphaType(kind.content);
  });
  const read = sequenceReader(file, AV1);
  const colour = codedImage(main, read);
  const alpha = auxiliary && codedImage(auxiliary, read);
  if (alpha !== undefined) checkSize(moov, ALPHA_SIZE, colour, alpha);
  const clap = main.properties.find(({ type }) => type === CLAP);
  return {
    colour,
    ...alpha && { alpha },
    isPremultiplied: main.isPremultiplied,
    ...readDisplay(main.properties, clap, colour),
    orientation: 1,
  };
}

function codedImage({ first }: Track, read: SequenceReader<Av1Sequence>): CodedImage<Av1Sequence> {
  const data = first();
  const sequence = read(data);
  const { width, height } = sequence;
  return { width, height, columns: 1, rows: 1, sequence, tiles: [{ data, sequence, layers: [] }] };
}

/** Reads a track. Returns undefined if the track has no AV1 data. */
function readTrack(file: ByteReader, trak: ByteReader): Track | undefined {
  const boxes = boxesOf(trak);
  const references = boxesOf(find(boxes, TREF));
  const table = boxesOf(find(boxesOf(find(boxesOf(find(boxes, MDIA)), MINF)), STBL));
  const entry = sampleEntry(find(table, STSD));
  const header = find(boxes, TKHD);
  if (entry === undefined || header === undefined) return undefined;
  const isLong = header.u8() === 1;
  header.skip(isLong ? 19 : 11); // Flags, time of creation, time of change.
  const id = header.u32();
  const auxiliaryOf = idsOf(find(references, AUXL));
  const isPremultiplied = idsOf(find(references, PREM)).length > 0;
  const first = () => firstSample(file, trak, table);
  return { id, auxiliaryOf, isPremultiplied, properties: entry, first };
}

/**
 * Returns the boxes inside the first sample entry, which is the description of the track's frames.
 * Undefined if the frames are not AV1.
 */
function sampleEntry(table: ByteReader | undefined): readonly IsoBox[] | undefined {
  if (table === undefined) return undefined;
  table.skip(8); // Version, flags and count.
  if (table.remaining === 0) return undefined;
  const { type, content } = nextBox(table);
  if (type !== AV01) return undefined;
  content.skip(ENTRY_BYTES);
  const boxes = boxesOf(content);
  return boxes.some((box) => box.type === AV1C) ? boxes : undefined;
}

/**
 * Returns the data of the first frame, which is at the start of the first chunk (group of frames;
 * ISO/IEC 14496-12, 8.7).
 */
function firstSample(
  file: ByteReader,
  trak: ByteReader,
  table: readonly IsoBox[],
): Uint8Array {
  const sizes = find(table, STSZ);
  const short = find(table, STCO);
  const places = short ?? find(table, CO64);
  if (sizes === undefined || places === undefined) {
    throw trak.corrupt("its sequence must have tables stsz and stco", "none");
  }
  sizes.skip(4);
  const same = sizes.u32();
  sizes.skip(4);
  const length = same === 0 ? sizes.u32() : same;
  places.skip(8);
  const reader = file.fromStart();
  reader.skip(short === undefined ? places.u64() : places.u32());
  return reader.take(length);
}

function idsOf(box: ByteReader | undefined): readonly number[] {
  const ids: number[] = [];
  while (box !== undefined && box.remaining >= 4) ids.push(box.u32());
  return ids;
}

/** Returns a reader of the payload of the first box that has the type `wanted`. */
function find(boxes: readonly IsoBox[], wanted: number): ByteReader | undefined {
  return boxes.find(({ type }) => type === wanted)?.content.fromStart();
}

/** Returns the boxes inside a payload. Empty if `payload` is undefined. */
function boxesOf(payload: ByteReader | undefined): readonly IsoBox[] {
  const boxes: IsoBox[] = [];
  while (payload !== undefined && payload.remaining > 0) {
    if (boxes.length === MAX_BOXES) {
      throw payload.corrupt(`a box must hold at most ${MAX_BOXES} others`, "more");
    }
    boxes.push(nextBox(payload));
  }
  return boxes;
}
