import { assertEquals } from "@std/assert";
import { figuresTable } from "../../src/eval/figures_table.ts";

Deno.test("figuresTable() uses COCO's order and wording", () => {
  const figures = {
    ...{ ap: 1, ap50: 2, ap75: 3, apSmall: 4, apMedium: 5, apLarge: 6 },
    ...{ ar1: 7, ar10: 8, ar100: 9, arSmall: 10, arMedium: 11, arLarge: 12 },
    perCategory: [],
  };
  // Text that pycocotools prints, without the space before it and the figure after it.
  assertEquals(figuresTable(figures), [
    ["Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ]", 1],
    ["Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=100 ]", 2],
    ["Average Precision  (AP) @[ IoU=0.75      | area=   all | maxDets=100 ]", 3],
    ["Average Precision  (AP) @[ IoU=0.50:0.95 | area= small | maxDets=100 ]", 4],
    ["Average Precision  (AP) @[ IoU=0.50:0.95 | area=medium | maxDets=100 ]", 5],
    ["Average Precision  (AP) @[ IoU=0.50:0.95 | area= large | maxDets=100 ]", 6],
    ["Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=  1 ]", 7],
    ["Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets= 10 ]", 8],
    ["Average Recall     (AR) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ]", 9],
    ["Average Recall     (AR) @[ IoU=0.50:0.95 | area= small | maxDets=100 ]", 10],
    ["Average Recall     (AR) @[ IoU=0.50:0.95 | area=medium | maxDets=100 ]", 11],
    ["Average Recall     (AR) @[ IoU=0.50:0.95 | area= large | maxDets=100 ]", 12],
  ]);
});
