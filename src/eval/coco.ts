/** A box as COCO writes it: left, top, width, height in source pixels, the origin at the top left. */
export type CocoBox = readonly [x: number, y: number, width: number, height: number];

/** One image of a data set. */
export interface CocoImage {
  /** Unique among the images. */
  readonly id: number;
  /** Name of the image's file, without its folder. */
  readonly file_name: string;
  /** Source pixels from left to right. */
  readonly width: number;
  /** Source pixels from top to bottom. */
  readonly height: number;
}

/** One class of a data set. */
export interface CocoCategory {
  /** Unique among the categories; gaps are common. */
  readonly id: number;
  /** The label. */
  readonly name: string;
}

/** One object, or one crowd of objects, that a person marked. */
export interface CocoAnnotation {
  /** Unique among the annotations and never 0. */
  readonly id: number;
  /** The image it lies in. */
  readonly image_id: number;
  /** Its class. */
  readonly category_id: number;
  /** Where it lies, source pixels. */
  readonly bbox: CocoBox;
  /** Square source pixels of its outline, which decides its area range; smaller than its box. */
  readonly area: number;
  /** 1 where one box holds many objects that nobody counted. */
  readonly iscrowd: 0 | 1;
}

/** The truth that results are held against: the parts of a COCO file that boxes need. */
export interface CocoDataset {
  /** All images, those without an annotation too. */
  readonly images: readonly CocoImage[];
  /** All classes. */
  readonly categories: readonly CocoCategory[];
  /** All marked objects. */
  readonly annotations: readonly CocoAnnotation[];
}

/** One detection as COCO writes it. */
export interface CocoResult {
  /** The image it was found in. */
  readonly image_id: number;
  /** Its class. */
  readonly category_id: number;
  /** Where it lies, source pixels. */
  readonly bbox: CocoBox;
  /** How sure the detector is; only the order counts. */
  readonly score: number;
}
