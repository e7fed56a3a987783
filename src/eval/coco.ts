/** Box in COCO's notation: left, top, width and height, source pixels, origin at the top left. */
export type CocoBox = readonly [x: number, y: number, width: number, height: number];

/** Image in a COCO file. */
export interface CocoImage {
  /** Id, unique among the images. */
  readonly id: number;
  /** File name without its folder. */
  readonly file_name: string;
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
}

/** Class in a COCO file. */
export interface CocoCategory {
  /** Id, unique among the categories; gaps between ids are common. */
  readonly id: number;
  /** Label. */
  readonly name: string;
}

/** Annotated object, or crowd of objects annotated together. */
export interface CocoAnnotation {
  /** Id, unique among the annotations and never 0. */
  readonly id: number;
  /** Id of the image. */
  readonly image_id: number;
  /** Id of the class. */
  readonly category_id: number;
  /** Box around the object. */
  readonly bbox: CocoBox;
  /**
   * Area inside the object's outline, px². The area range of the object (small, medium or large)
   * depends on this area.
   */
  readonly area: number;
  /** 1 for a crowd: one annotation for many objects. 0 for a single object. */
  readonly iscrowd: 0 | 1;
}

/** Ground truth: the parts of a COCO file that box evaluation needs. */
export interface CocoDataset {
  /** All images, including those without annotations. */
  readonly images: readonly CocoImage[];
  /** All classes. */
  readonly categories: readonly CocoCategory[];
  /** All annotated objects. */
  readonly annotations: readonly CocoAnnotation[];
}

/** Detection in COCO's notation. */
export interface CocoResult {
  /** Id of the image. */
  readonly image_id: number;
  /** Id of the class. */
  readonly category_id: number;
  /** Box around the object. */
  readonly bbox: CocoBox;
  /** Confidence of the detector. Only the order of the scores affects the evaluation. */
  readonly score: number;
}
