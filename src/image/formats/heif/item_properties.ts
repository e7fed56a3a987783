import type { ByteReader } from "../byte_reader.ts";
import { boxType, type IsoBox, nextBox } from "./iso_box.ts";

const IPCO = boxType("ipco");
const IPMA = boxType("ipma");

/**
 * Maximum number of properties (for example image sizes) in a file. An item refers to a property by
 * an index of 15 bits.
 */
const MAX_PROPERTIES = 32_767;

/**
 * Reads the properties (for example the size) of all items (images or tiles). The key of the result
 * is the item id.
 *
 * @param reader Payload of the box `iprp`.
 */
export function propertiesOf(reader: ByteReader): ReadonlyMap<number, readonly IsoBox[]> {
  let all: readonly IsoBox[] | undefined;
  const associations: ByteReader[] = [];
  while (reader.remaining > 0) {
    const { type, content } = nextBox(reader);
    if (type === IPMA) associations.push(content);
    if (type !== IPCO) continue;
    if (all !== undefined) throw reader.corrupt("it must have one box ipco", "two");
    all = readProperties(content);
  }
  // Properties are kept in sets, because an item can list the same property twice.
  const properties = new Map<number, Set<IsoBox>>();
  for (const association of associations) readAssociations(association, all ?? [], properties);
  return new Map([...properties].map(([id, boxes]) => [id, [...boxes]]));
}

function readProperties(reader: ByteReader): readonly IsoBox[] {
  const all: IsoBox[] = [];
  while (reader.remaining > 0) {
    if (all.length === MAX_PROPERTIES) {
      throw reader.corrupt(`it must have at most ${MAX_PROPERTIES} properties`, "more");
    }
    all.push(nextBox(reader));
  }
  return all;
}

function readAssociations(
  reader: ByteReader,
  all: readonly IsoBox[],
  properties: Map<number, Set<IsoBox>>,
): void {
  const version = reader.u8();
  reader.skip(2);
  const isWide = (reader.u8() & 1) !== 0;
  const count = reader.u32();
  for (let i = 0; i < count; i++) {
    const id = version === 0 ? reader.u16() : reader.u32();
    const boxes = properties.get(id) ?? new Set();
    for (let left = reader.u8(); left > 0; left--) {
      const index = isWide ? reader.u16() & 0x7fff : reader.u8() & 0x7f;
      if (index === 0) continue; // No property.
      const box = all[index - 1];
      if (box === undefined) throw reader.corrupt("a referenced property must exist", index);
      boxes.add(box);
    }
    properties.set(id, boxes);
  }
}
