/** Export that was described with `model new` alone, and compared with the boxes of its framework. */
export interface Export {
  /** Name of the graph file, without `.onnx`. */
  readonly name: string;
  /** Script of `make/` that writes it. */
  readonly script: "export_matrix" | "awkward_exports";
  /** Framework, exporter and options, for the table of docs/bring-your-own.md. */
  readonly title: string;
  /** Settings of the training, which no graph tells and which are always passed. */
  readonly given?: readonly string[];
  /** Options that answer the questions of `model new`. */
  readonly answer?: readonly string[];
  /** Options in the table, if they are shorter than `answer`. */
  readonly shown?: string;
}

const PAPER = "32,40,50; 64,80,101; 128,161,203; 256,322,406; 512,645,812";
const P2P6 = "16,20,25; 32,40,50; 64,80,101; 128,161,203; 256,322,406";
const TORCHVISION = ["--family", "torchvision"];

/** Settings of the small torchvision model `own-anchors`. */
const OWN = [
  ...["--sizes", "14,22; 28,44; 56,88; 112,176; 224,352", "--ratios", "0.4,1,2.5"],
  ...[
    "--set",
    'resize={"kind":"shortest","shortest":192,"longest":320,"scale":"float64","rounding":"floor","factor":"per-side"}',
  ],
];

const matrix = (
  name: string,
  title: string,
  rest: Pick<Export, "answer" | "shown"> = {},
): Export => ({ name, script: "export_matrix", title, ...rest });

const awkward = (
  name: string,
  title: string,
  rest: Pick<Export, "given" | "answer" | "shown"> = {},
): Export => ({ name, script: "awkward_exports", title, ...rest });

/** All exports of the table, in its order. */
export const EXPORTS: readonly Export[] = [
  matrix("joined_legacy", "torchvision 0.29, joined heads, tracer"),
  matrix("joined_dynamo", "torchvision 0.29, joined heads, dynamo"),
  matrix("joined_legacy_unnamed", "torchvision 0.29, joined heads, outputs unnamed, tracer"),
  matrix("joined_dynamo_unnamed", "torchvision 0.29, joined heads, outputs unnamed, dynamo"),
  matrix("joined_legacy_fixed", "torchvision 0.29, joined heads, one size, tracer"),
  matrix("joined_dynamo_fixed", "torchvision 0.29, joined heads, one size, dynamo"),
  matrix("joined_dynamo_external", "torchvision 0.29, dynamo with external data"),
  matrix("joined_legacy_bare", "torchvision 0.29, every name removed", { answer: TORCHVISION }),
  matrix("joined_legacy_k1", "torchvision 0.29, 1 class"),
  matrix("joined_legacy_k91", "torchvision 0.29, 91 classes"),
  matrix("joined_sigmoid_legacy", "torchvision 0.29, sigmoid inside, tracer"),
  matrix("joined_sigmoid_dynamo", "torchvision 0.29, sigmoid inside, dynamo"),
  matrix("joined_sigmoid_k91", "torchvision 0.29, sigmoid inside, 91 classes"),
  matrix("joined_k4_unnamed", "torchvision 0.29, 4 classes, outputs unnamed, tracer"),
  matrix("joined_k4_dynamo_unnamed", "torchvision 0.29, 4 classes, outputs unnamed, dynamo"),
  matrix("joined_k4_sigmoid_unnamed", "torchvision 0.29, 4 classes, unnamed, sigmoid inside"),
  matrix("joined_k4_bare", "torchvision 0.29, 4 classes, every name removed", {
    answer: TORCHVISION,
  }),
  matrix("levels_legacy", "torchvision 0.29, heads per level, tracer", { answer: TORCHVISION }),
  matrix("levels_dynamo", "torchvision 0.29, heads per level, dynamo", { answer: TORCHVISION }),
  matrix("levels_legacy_unnamed", "torchvision 0.29, heads per level, outputs unnamed", {
    answer: TORCHVISION,
  }),
  matrix("levels_legacy_bare", "torchvision 0.29, heads per level, every name removed", {
    answer: TORCHVISION,
  }),
  matrix("levels_legacy_fixed", "torchvision 0.29, heads per level, one size", {
    answer: TORCHVISION,
  }),
  matrix("levels_sigmoid", "torchvision 0.29, heads per level, sigmoid inside", {
    answer: TORCHVISION,
  }),
  matrix("levels_k4_unnamed", "torchvision 0.29, heads per level, 4 classes, unnamed", {
    answer: TORCHVISION,
  }),
  matrix("ratios_own", "torchvision 0.29, ratios of its own", {
    answer: ["--ratios", "0.3333333333333333,1,3"],
    shown: "--ratios",
  }),
  matrix("sizes_own", "torchvision 0.29, sizes of its own", {
    answer: [
      "--sizes",
      "24,30,38.4; 48,60,76.8; 96,120,153.6; 192,240,307.2; 384,480,614.4",
    ],
    shown: "--sizes",
  }),
  matrix("anchors_2", "torchvision 0.29, 2 classes and 2 anchors per cell", {
    answer: ["--sizes", "32; 64; 128; 256; 512", "--ratios", "1,2"],
    shown: "--sizes --ratios",
  }),
  matrix("anchors_15", "torchvision 0.29, 15 anchors per cell", {
    answer: ["--sizes", PAPER, "--ratios", "0.3333333333333333,0.5,1,2,3"],
    shown: "--sizes --ratios",
  }),
  matrix("p2p6_legacy", "torchvision 0.29, levels P2 to P6, tracer", {
    answer: ["--sizes", P2P6],
    shown: "--sizes",
  }),
  matrix("p2p6_dynamo", "torchvision 0.29, levels P2 to P6, dynamo", {
    answer: ["--sizes", P2P6],
    shown: "--sizes",
  }),
  matrix("p2p6_fixed", "torchvision 0.29, levels P2 to P6, 448x320", {
    answer: ["--sizes", P2P6],
    shown: "--sizes",
  }),
  matrix("p2p6_fixed_512", "torchvision 0.29, levels P2 to P6, 512x512", {
    answer: ["--sizes", P2P6, "--strides", "4,8,16,32,64"],
    shown: "--sizes --strides",
  }),
  matrix("p2p6_levels", "torchvision 0.29, levels P2 to P6, heads per level", {
    answer: [...TORCHVISION, "--sizes", P2P6],
    shown: "--family --sizes",
  }),
  matrix("p3p5_legacy", "torchvision 0.29, levels P3 to P5", {
    answer: ["--sizes", "32,40,50; 64,80,101; 128,161,203"],
    shown: "--sizes",
  }),
  matrix("p3p4_legacy", "torchvision 0.29, levels P3 and P4", {
    answer: ["--sizes", "32,40,50; 64,80,101"],
    shown: "--sizes",
  }),
  matrix("p3p4_levels", "torchvision 0.29, levels P3 and P4, heads per level", {
    answer: [...TORCHVISION, "--sizes", "32,40,50; 64,80,101"],
    shown: "--family --sizes",
  }),
  matrix("with_anchors", "torchvision 0.29, anchors as an output"),
  matrix("decoded_dynamic", "torchvision 0.29, boxes decoded inside"),
  matrix("decoded_fixed", "torchvision 0.29, boxes decoded inside, one size"),
  matrix("whole_legacy", "torchvision 0.29, exported whole"),
  matrix("whole_legacy_static", "torchvision 0.29, exported whole, traced for one size"),
  matrix("whole_batched", "torchvision 0.29, exported whole, with a batch dimension"),
  awkward("torchvision", "torchvision 0.14, joined heads", {
    answer: ["--family", "torchvision-0.14"],
  }),
  awkward("torchvision-v2", "torchvision 0.24, v2 model, names optimised away"),
  awkward("torchvision-whole", "torchvision 0.14, exported whole"),
  awkward("mlperf", "MLPerf ResNeXt50"),
  awkward("detectron2", "detectron2, heads per level", { answer: ["--family", "detectron2"] }),
  awkward("levels_with_features", "detectron2, features and `im_info` as outputs too", {
    answer: ["--family", "detectron2"],
  }),
  awkward("levels_caffe2_operators", "detectron2, `--export-method caffe2_tracing`"),
  awkward("odtk", "ODTK, heads per level", { answer: ["--family", "odtk"] }),
  awkward("retinanet-9", "ONNX model zoo, retinanet-9", { answer: ["--family", "retinanet-9"] }),
  awkward("effdet", "effdet, outputs named"),
  awkward("ssd", "SSD heads with softmax, anchors as an output"),
  awkward("softmax_inside", "SSD heads with softmax inside"),
  awkward("background_first", "SSD heads with softmax, anchors as a constant", {
    answer: ["--family", "ssd", "--strides", "8,16,32,64,128"],
    shown: "--family --strides",
  }),
  awkward("kerashub", "KerasHub, padding of its presets", {
    given: ["--set", "resize.width=288", "--set", "resize.height=288"],
  }),
  awkward("kerashub-crop", "KerasHub, one size, cropped", {
    answer: ["--set", "resize.kind=crop"],
  }),
  awkward("keras-retinanet", "keras-retinanet, training model, tf2onnx"),
  awkward("keras-retinanet-decoded", "keras-retinanet, decoded boxes, tf2onnx"),
  awkward("keras-retinanet-finished", "keras-retinanet, converted with NMS, tf2onnx"),
  awkward("decoded-centres", "keras-retinanet, boxes as centre and sides"),
  awkward("decoded_yxyx", "keras-retinanet, boxes as y x y x"),
  awkward("decoded_xywh", "keras-retinanet, boxes as corner and sides"),
  awkward("packed-scores", "MMDeploy's form: `dets` `[1, M, 5]` and labels", {
    answer: ["--family", "mlperf"],
  }),
  awkward("dets_xywh", "`dets` `[M, 5]` with corner and sides"),
  awkward("extra-inputs", "PaddleDetection's form: size and scale as inputs, rows of six"),
  awkward("tensorflow-finished", "TensorFlow Object Detection's form: bytes, y x y x, a count"),
  awkward("tensorrt_names", "names of TensorRT's NMS, padding of -1", {
    answer: ["--family", "mlperf"],
  }),
  awkward("target_sizes", "`orig_target_sizes` as an int64 input"),
  awkward("threshold_input", "`score_threshold` as an input"),
  awkward("rows_xywh", "NMS inside, boxes as corner and sides"),
  awkward("rows_cxcywh", "NMS inside, boxes as centre and sides"),
  awkward("rows_yxyx", "NMS inside, boxes as y x y x", {
    answer: ["--set", "outputs.corners=yxyx"],
  }),
  awkward("rows_yxyx_unit", "NMS inside, boxes as y x y x from 0 to 1", {
    answer: ["--set", "outputs.corners=yxyx"],
  }),
  awkward("rows_unit", "NMS inside, boxes from 0 to 1"),
  awkward("labels_from_one", "NMS inside, class ids from 1"),
  awkward("own-anchors", "anchors, ratios and size of its own", {
    answer: OWN,
    shown: "--sizes --ratios --set",
  }),
  awkward("packed-heads", "heads in one output, boxes first", { given: OWN }),
  awkward("packed_scores_first", "heads in one output, scores first, sigmoid inside", {
    given: OWN,
  }),
  awkward("packed_transposed", "heads in one output, rows last", { given: OWN }),
  awkward("packed_transposed_sigmoid", "heads in one output, rows last, sigmoid inside", {
    given: OWN,
  }),
  awkward("transposed-heads", "two heads, rows last", { given: OWN }),
  awkward("scores_transposed", "rows last in the class head only", { given: OWN }),
  awkward("deltas_transposed", "rows last in the box head only", { given: OWN }),
  awkward("heads_swapped", "box head first", { given: OWN }),
  awkward("names_lie_outputs", "torchvision, outputs named as detectron2's", { given: OWN }),
  awkward("names_lie_weights", "torchvision, weights named as detectron2's", {
    given: OWN,
    answer: TORCHVISION,
  }),
  awkward("levels_coarse_first", "detectron2, coarsest level first", {
    answer: ["--family", "detectron2"],
  }),
  awkward("levels_four_interleaved", "detectron2, 4 classes, unnamed, order differs by level", {
    answer: [
      ...["--family", "detectron2", "--set"],
      'outputs.scores=["extra_2","extra_3","extra_4","extra_5","extra_6"]',
    ],
    shown: "--family --set outputs.scores",
  }),
  awkward("levels_named_logits_p", "detectron2, outputs named as this project's", {
    answer: ["--family", "detectron2"],
  }),
  awkward("scale_inside", "torchvision, normalisation inside, pixels 0 to 1", { given: OWN }),
  awkward("raw_inside", "torchvision, normalisation inside, pixels 0 to 255", { given: OWN }),
  awkward("bgr_inside", "torchvision, BGR 0 to 255, reversed inside", { given: OWN }),
  awkward("other_scale_inside", "torchvision, pixels -1 to 1", { given: OWN }),
  awkward("no_batch", "torchvision, input without a batch dimension", { given: OWN }),
  awkward("no_batch_at_all", "torchvision, no batch dimension at all", { given: OWN }),
  awkward("dynamic_batch", "torchvision, batch of any size", { given: OWN }),
  awkward("one_class", "torchvision, 1 class, unnamed", { given: OWN }),
  awkward("opset_22", "operator set 22, with Gelu", { given: OWN }),
  awkward("ir_20", "an IR version of the future", { given: OWN }),
  awkward("data_truncated", "external data that was cut", { given: OWN }),
  awkward("data_pointer", "external data that is a Git LFS pointer", { given: OWN }),
];
