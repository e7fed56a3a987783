import { bytesOf, joinBytes } from "./bytes_of.ts";

/** Builds a box. */
export function box(type: string, ...content: readonly Uint8Array[]): Uint8Array {
  const payload = joinBytes(...content);
  return joinBytes(numbers(4, payload.length + 8), bytesOf(type), payload);
}

/** Builds a box with a version and flags. */
export function fullBox(
  type: string,
  version: number,
  ...content: readonly Uint8Array[]
): Uint8Array {
  return box(type, numbers(1, version, 0, 0, 0), ...content);
}

/** Converts integers to big-endian bytes, `bytes` per integer. */
export function numbers(bytes: number, ...values: readonly number[]): Uint8Array {
  return Uint8Array.from(
    values.flatMap((value) =>
      Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) % 256)
    ),
  );
}

/** An image item. */
export interface ItemOptions {
  readonly type?: string;
  /** Width in the size property. */
  readonly width?: number;
  /** Height in the size property. */
  readonly height?: number;
  /** Properties beside the size. */
  readonly properties?: readonly Uint8Array[];
  /** Data of the item. Unset: a sequence header of its size. */
  readonly data?: Uint8Array;
  /** Ids of the tiles of a grid; the first item has id 1. */
  readonly tiles?: readonly number[];
  /** Id of the item that this one is auxiliary to, if it has a property `auxC`. Unset: 1. */
  readonly auxiliaryOf?: number;
}

/** Contents of an AVIF. Unset: those of one image of 3x2 pixels. */
export interface AvifOptions {
  /** Major and compatible brands. */
  readonly brands?: readonly string[];
  /** Items from id 1 on; the first one is the image. */
  readonly items?: readonly ItemOptions[];
  /** Boxes between `ftyp` and `meta`. */
  readonly before?: readonly Uint8Array[];
  /** Tables of `meta` by type, which replace those that are built or are added. */
  readonly tables?: Readonly<Record<string, Uint8Array>>;
}

/**
 * Builds an AV1 configuration.
 *
 * @param flags Depth, subsampling and monochrome bits.
 */
export function av1C(flags = 0x0c): Uint8Array {
  return box("av1C", numbers(1, 0x81, 0, flags, 0));
}

/** Eight bits in each of three channels. */
export const PIXI = fullBox("pixi", 0, numbers(1, 3, 8, 8, 8));

/**
 * Builds the start of AV1 data: a reduced still image header, 16 bits per side.
 *
 * @param flags Depth, subsampling and monochrome bits, as in an AV1 configuration.
 */
export function sequenceHeader(width: number, height: number, flags = 0x0c): Uint8Array {
  const [isHigh, isTwelve, isGrey] = [flags & 0x40, flags & 0x20, flags & 0x10];
  const profile = isTwelve ? "010" : "000";
  const bits = profile + "1" + "1" + "00000" + "1111" + "1111" +
    (width - 1).toString(2).padStart(16, "0") + (height - 1).toString(2).padStart(16, "0") +
    "000000" + (isHigh ? "1" : "0") + (isTwelve ? "1" : "") + (isGrey ? "1" : "0");
  return sequenceUnit(bits);
}

/** Returns the flags of an AV1 configuration among properties. */
function flagsOf(properties: readonly Uint8Array[]): number {
  const found = properties.find((bytes) => bytes.length === 12 && bytes[7] === "C".charCodeAt(0));
  return found?.[10] ?? 0x0c;
}

/** Builds a sequence header from its bits; those behind its last ones are zeros. */
export function sequenceUnit(bits: string): Uint8Array {
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8 + 40, "0");
  const bytes = padded.match(/.{8}/g)!.map((byte) => parseInt(byte, 2));
  return Uint8Array.of(0x0a, bytes.length, ...bytes);
}

/** Builds an AVIF up to the end of the data of its last item. */
export function buildAvif(options: AvifOptions = {}): Uint8Array {
  const { brands = ["avif", "mif1"], items = [{}], before = [] } = options;
  const whole = items.map(withDefaults);
  const head = joinBytes(
    box("ftyp", bytesOf(brands[0]!), numbers(4, 0), ...brands.slice(1).map(bytesOf)),
    ...before,
  );
  const meta = (dataStart: number) => {
    const tables = { ...tablesOf(whole, dataStart), ...options.tables };
    return fullBox("meta", 0, ...Object.values(tables));
  };
  const dataStart = head.length + meta(0).length + 8;
  return joinBytes(head, meta(dataStart), box("mdat", ...whole.map(({ data }) => data)));
}

type WholeItem = Required<ItemOptions>;

function withDefaults(item: ItemOptions): WholeItem {
  const { width = 3, height = 2 } = item;
  const { properties = [av1C()] } = item;
  const data = item.data ?? sequenceHeader(width, height, flagsOf(properties));
  return { type: "av01", tiles: [], auxiliaryOf: 1, ...item, properties, width, height, data };
}

function tablesOf(items: readonly WholeItem[], dataStart: number): Record<string, Uint8Array> {
  const ids = items.map((_, i) => i + 1);
  const properties: Uint8Array[] = [];
  const associations = items.map(({ width, height, properties: further }, i) => {
    const own = [fullBox("ispe", 0, numbers(4, width, height)), ...further];
    const first = properties.push(...own) - own.length + 1;
    return joinBytes(numbers(2, i + 1), numbers(1, own.length, ...own.map((_, k) => first + k)));
  });
  let start = dataStart;
  const extents = items.map(({ data }) => {
    start += data.length;
    return numbers(4, start - data.length, data.length);
  });
  const grids = items.flatMap(({ tiles }, i) =>
    tiles.length === 0 ? [] : [box("dimg", numbers(2, i + 1, tiles.length, ...tiles))]
  );
  const auxiliaries = items.flatMap(({ properties: own, auxiliaryOf }, i) => {
    const isAuxiliary = own.some((bytes) => String.fromCharCode(...bytes.slice(4, 8)) === "auxC");
    return isAuxiliary ? [box("auxl", numbers(2, i + 1, 1, auxiliaryOf))] : [];
  });
  const references = [...grids, ...auxiliaries];
  return {
    hdlr: fullBox("hdlr", 0, numbers(4, 0), bytesOf("pict"), new Uint8Array(13)),
    pitm: fullBox("pitm", 0, numbers(2, 1)),
    iloc: fullBox(
      "iloc",
      0,
      numbers(1, 0x44, 0),
      numbers(2, items.length),
      ...ids.map((id, i) => joinBytes(numbers(2, id, 0, 1), extents[i]!)),
    ),
    iinf: fullBox(
      "iinf",
      0,
      numbers(2, items.length),
      ...items.map(({ type }, i) => fullBox("infe", 2, numbers(2, i + 1, 0), bytesOf(type + "\0"))),
    ),
    ...(references.length === 0 ? {} : { iref: fullBox("iref", 0, ...references) }),
    iprp: box(
      "iprp",
      box("ipco", ...properties),
      fullBox("ipma", 0, numbers(4, items.length), ...associations),
    ),
  };
}
