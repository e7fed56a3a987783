import { z } from "zod";
import { EXTRA_SCHEMAS, FORM_SCHEMAS, OPTION_SCHEMAS } from "../../routes/detect/options.ts";
import { IMAGES_JSON } from "../../routes/detect/read_images_json.ts";
import { UPLOAD_JSON } from "../../routes/detect/read_json.ts";
import { SELECT_FORMATS, SELECT_JSON } from "../../routes/detect/read_select.ts";

// Schemas of the requests of `/detect` and of bodies that several routes take.

/** Options of a detection, as parameters of the query. */
export const OPTIONS = z.object({
  score: OPTION_SCHEMAS.score.optional().meta({
    description: "Score threshold: detections with lower scores are dropped",
  }),
  iou: OPTION_SCHEMAS.iou.optional().meta({
    description: "IoU threshold of non-maximum suppression; refused if the graph does it itself",
  }),
  max: OPTION_SCHEMAS.max.optional().meta({ description: "Maximum number of detections" }),
  classes: OPTION_SCHEMAS.classes.optional().meta({
    description: "Labels of the classes to detect; also one text with commas",
  }),
  scores: z.string().optional().meta({
    description: "Score thresholds of single classes, which override `score`",
    example: "cat:0.3,person:0.6",
  }),
  nms: OPTION_SCHEMAS.nms.optional().meta({
    description: "Rule of non-maximum suppression; refused if the graph does it itself",
  }),
  sigma: OPTION_SCHEMAS.sigma.optional().meta({
    description: "Width of the Gaussian function of `soft-gaussian`",
  }),
  class_agnostic: OPTION_SCHEMAS.class_agnostic.optional().meta({
    description: "True: boxes of different classes suppress each other",
  }),
  tiles: OPTION_SCHEMAS.tiles.optional().meta({
    description: "Tiles into which the image is divided, for small objects: `auto`, or columns " +
      "and rows",
    example: "4x3",
  }),
  overlap: OPTION_SCHEMAS.overlap.optional().meta({
    description: "Overlap of neighbouring tiles, as a fraction of a tile's side; needs `tiles`",
  }),
  merge: OPTION_SCHEMAS.merge.optional().meta({
    description: "Way to merge boxes of different tiles: non-maximum suppression, or weighted " +
      "boxes fusion; needs `tiles`",
  }),
  whole: OPTION_SCHEMAS.whole.optional().meta({
    description: "False: the model runs only on the tiles, not on the whole image; needs `tiles`",
  }),
});

const EXPLAIN = {
  explain: EXTRA_SCHEMAS.explain.optional().meta({
    description: "True: each detection has its origin in the network and what it suppressed",
  }),
};

/** Options that add to the JSON of a response. */
export const EXTRAS = {
  ...EXPLAIN,
  keep: EXTRA_SCHEMAS.keep.optional().meta({
    description: "True: the response has a token for `POST /detect/{token}`",
  }),
};

/** Options of a detection and the model, as parameters of the query. */
export const WITH_MODEL = OPTIONS.extend({
  model: OPTION_SCHEMAS.model.optional().meta({ description: "Model id" }),
});

/** Options of a detection that choose the form of the boxes, too. */
export const WITH_FORM = WITH_MODEL.extend({
  boxes: FORM_SCHEMAS.boxes.optional().meta({
    description: "Adds each box as a list, `bbox`, in this order",
  }),
  normalized: FORM_SCHEMAS.normalized.optional().meta({
    description: "True: boxes are shares of the width and the height of the image",
  }),
});

/** Options of `POST /detect`, which may answer a drawing. */
export const WITH_DRAWING = WITH_FORM.extend({
  format: FORM_SCHEMAS.format.optional().meta({
    description: "Format of the response. Unset: the header `Accept` decides",
  }),
  overlay: FORM_SCHEMAS.overlay.optional().meta({
    description: "True: a PNG or SVG is transparent beside the boxes",
  }),
  side: FORM_SCHEMAS.side.optional().meta({
    description: "Maximum longer side of a PNG or JPEG, pixels",
  }),
});

/** Options of `POST /detect/{token}`. */
export const SELECT = WITH_FORM.omit({ tiles: true, overlap: true, merge: true, whole: true })
  .extend({
    ...EXPLAIN,
    format: z.enum(SELECT_FORMATS).optional().meta({ description: "Format of the response" }),
    overlay: FORM_SCHEMAS.overlay.optional().meta({
      description: "True: an SVG without the image, which the format svg needs",
    }),
  });

/** JSON of `POST /detect/{token}`. */
export const SELECT_BODY = SELECT_JSON.extend({ format: SELECT.shape.format });

/** Form of `POST /detect/{token}`. */
export const SELECT_FORM = SELECT.meta({
  id: "SelectForm",
  description: "Form with options",
});

/** Image file as the value of a form field or as a body. */
export const IMAGE_FILE = z.file().meta({
  description:
    "Image file: JPEG, PNG, GIF, WebP, AVIF, BMP or, on servers, HEIC; detected by its first bytes",
  override: { type: "string", format: "binary" },
});

/** GIF of one pixel in base64, for examples that a reader can send. */
export const TINY_IMAGE = "R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==";

/** JSON of `POST /detect`: one image or several. */
export const UPLOAD = IMAGES_JSON.partial({ images: true });

/** JSON of a route whose response has one form. */
export const PLAIN_UPLOAD = UPLOAD_JSON.omit({
  boxes: true,
  normalized: true,
  format: true,
  overlay: true,
  side: true,
  explain: true,
  keep: true,
});

/** Describes a form with the image as a file, and options. */
export function imageForm(
  id: string,
  options: z.ZodRawShape,
  description = "Form with the image as a file, and options",
): z.ZodObject {
  return z.object({ image: IMAGE_FILE, ...options }).meta({ id, description });
}

/** Describes a form with the image as a text, and options. */
export function imageTextForm(id: string, options: z.ZodRawShape): z.ZodObject {
  const image = z.string().meta({ description: "Image in base64, or as a data URL" });
  return z.object({ image, ...options }).meta({
    id,
    description: "Form with the image as a text, and options",
  });
}

/** Form of `POST /detect` with the image as a file. */
export const FORM = imageForm(
  "DetectForm",
  { ...WITH_DRAWING.shape, ...EXTRAS },
  "Form with the image as a file, and options. For several images, `image` is repeated",
);

/** Form of `POST /detect` with the image as a text. */
export const URLENCODED = imageTextForm("DetectTextForm", { ...WITH_DRAWING.shape, ...EXTRAS });

/** Form of `POST /detect/batch`. */
export const BATCH_FORM = z.object({ image: z.array(IMAGE_FILE), ...WITH_FORM.shape, ...EXTRAS })
  .meta({
    id: "BatchForm",
    description: "Form with several images as files, and options for all of them",
  });

/** Archive of `POST /detect/batch`. */
export const ARCHIVE = z.file().meta({
  description: "ZIP archive of image files",
  override: { type: "string", format: "binary" },
});

/** Response of `POST /detect/batch`. */
export const LINES = z.string().meta({
  description: "Lines of JSON: `index`, `name`, and the fields of a result or `error`",
});
