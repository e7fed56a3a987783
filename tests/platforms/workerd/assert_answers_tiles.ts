import { assertEquals } from "@std/assert";
import { fruitImage } from "../../sample_images/fruit_image.ts";

/**
 * Asserts that images in tiles and images without tiles are all answered if they arrive together,
 * and that the Worker answers one more image after them.
 *
 * @param url URL of `POST /detect`.
 */
export async function assertAnswersTiles(url: string): Promise<void> {
  const post = async (query: string) => {
    const response = await fetch(url + query, { method: "POST", body: fruitImage() });
    const text = await response.text();
    return response.ok ? query : `${query}: ${response.status} ${text}`;
  };
  const queries = ["?tiles=2x2", "?tiles=3x3", "?score=0.5", "?score=0.6"];
  for (const together of [queries, queries, ["?score=0.7"]]) {
    assertEquals(await Promise.all(together.map(post)), together);
  }
}
