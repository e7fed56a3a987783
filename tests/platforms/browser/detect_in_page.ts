import type { DetectResult } from "../../../src/ports/detector.ts";
import type { BrowserEmbedOptions } from "../../../src/platforms/browser/embed.ts";
import type { Page } from "./chromium.ts";

/** Options that can be passed to a page. */
export type PageOptions = Pick<BrowserEmbedOptions, "engine" | "threads" | "worker" | "queue"> & {
  /** Id of a model, or the URL of its manifest. Unset: everyday8. */
  readonly model?: string;
};

/** Detects in a page: fetches images by their paths, one by one, for one detector. */
export async function detectInPage(
  page: Page,
  paths: readonly string[],
  options: PageOptions = {},
): Promise<DetectResult[]> {
  const text = await page.evaluate(
    async (paths, options) => {
      const detector = await retinanet.createDetector({ model: "everyday8", ...options });
      const results = [];
      for (const path of paths) {
        const response = await fetch(path);
        results.push(await detector.detect(await response.arrayBuffer(), { scoreThreshold: 0.1 }));
      }
      await detector.close();
      // JSON, because the driver's own encoding changes some numbers.
      return JSON.stringify(results);
    },
    paths,
    options,
  );
  return JSON.parse(text) as DetectResult[];
}
