import type { DetectResult } from "../../../src/ports/detector.ts";
import type { BrowserEmbedOptions } from "../../../src/platforms/browser/embed.ts";
import type { Page } from "./chromium.ts";

/** Options that can cross over to a page. */
export type PageOptions = Pick<BrowserEmbedOptions, "engine" | "threads" | "worker" | "queue"> & {
  /** Id of a model, or the address of its manifest; the everyday model where absent. */
  readonly model?: string;
};

/** Has a page look at images that it fetches by their paths, with one detector, one by one. */
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
      // As text, since the driver's own way of values keeps not every number as it is.
      return JSON.stringify(results);
    },
    paths,
    options,
  );
  return JSON.parse(text) as DetectResult[];
}
