import { assertCpuTime, assertDomainError, missingShared, SHARED, testUnless } from "../testing.ts";
import { decodeJpeg } from "./decode_jpeg.ts";

const ATTACK = "cases/attacks/progressive_small_40mp_100scans.jpg";

testUnless(
  missingShared(ATTACK),
  "jpegDecoder() refuses 100 scans of 40 megapixels at once",
  async () => {
    const bytes = await Deno.readFile(new URL(ATTACK, SHARED));
    await assertCpuTime(500, () => {
      assertDomainError(() => decodeJpeg(bytes), "corrupt-image", "blocks of 8x8 samples");
    });
  },
);
