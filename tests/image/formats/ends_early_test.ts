import { assertEquals } from "@std/assert";
import { endsEarly } from "../../../src/image/formats/ends_early.ts";

const FORMATS = new URL("../../sample_images/formats/", import.meta.url);
const END: Record<string, number> = {
  "rgb.jpg": 2, // FF D9
  "progressive.jpg": 2,
  "orientation-6.jpg": 2,
  "rgb.png": 12, // length, IEND, CRC
  "rgb.gif": 1, // 3B
  "rgb.avif": 1, // Of the last box, which says how long it is.
};

for (const [file, end] of Object.entries(END)) {
  const ending = file.slice(file.lastIndexOf(".") + 1);
  const format = ending === "jpg" ? "jpeg" : ending as "png" | "gif" | "avif";

  Deno.test(`endsEarly() tells ${file} from itself without its last ${end} bytes`, async () => {
    const bytes = await Deno.readFile(new URL(file, FORMATS));
    assertEquals(endsEarly(bytes, format), false);
    assertEquals(endsEarly(bytes.slice(0, -end), format), true);
    assertEquals(endsEarly(bytes.slice(0, bytes.length / 2), format), true);
  });
}

Deno.test("endsEarly() does not take a thumbnail's end for the image's", () => {
  const thumbnail = [0xff, 0xda, 1, 2, 0xff, 0xd9];
  const scan = [0xff, 0xda, 3, 4];
  assertEquals(endsEarly(Uint8Array.from([...thumbnail, ...scan]), "jpeg"), true);
  assertEquals(endsEarly(Uint8Array.from([...thumbnail, ...scan, 0xff, 0xd9]), "jpeg"), false);
});
