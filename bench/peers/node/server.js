// Peer: node:http with sharp and onnxruntime-node. Settings: PORT, MODEL (path of a manifest),
// THREADS. It is what a careful Node programmer would write: sharp decodes and resizes on its own
// threads, and boxes are decoded only for the pairs above the threshold.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { env } from "node:process";
import { InferenceSession, Tensor } from "onnxruntime-node";
import sharp from "sharp";

const manifest = JSON.parse(await readFile(env.MODEL, "utf8"));
const session = await InferenceSession.create(join(dirname(env.MODEL), manifest.graph.file), {
  intraOpNumThreads: Number(env.THREADS),
});

createServer(async (request, response) => {
  try {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const detections = await detect(Buffer.concat(chunks));
    response.setHeader("content-type", "application/json").end(JSON.stringify({ detections }));
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
}).listen(Number(env.PORT), "127.0.0.1");

/** Returns the detections in an encoded image, best first. */
async function detect(bytes) {
  const { tensor, source, scaled } = await tensorOf(bytes);
  const heads = await session.run({ image: tensor });
  const kept = nmsPerClass(candidatesOf(heads, scaled), manifest.postprocess.nms.iou);
  const [x, y] = [source.width / scaled.width, source.height / scaled.height];
  return kept.slice(0, manifest.postprocess.limit).map(({ classId, score, box }) => ({
    label: manifest.labels[classId],
    score,
    box: [box[0] * x, box[1] * y, box[2] * x, box[3] * y],
  }));
}

/** Returns the padded tensor, the size of the upright image and its size in the tensor. */
async function tensorOf(bytes) {
  const image = sharp(bytes);
  const { autoOrient: source } = await image.metadata();
  const { width: side } = manifest.resize;
  const ratio = Math.min(side / source.width, side / source.height);
  const scaled = {
    width: Math.round(source.width * ratio),
    height: Math.round(source.height * ratio),
  };
  const pixels = await image.autoOrient().resize(scaled.width, scaled.height, {
    fit: "fill",
    kernel: "linear",
  }).removeAlpha().toColourspace("srgb").raw().toBuffer();
  const { of } = manifest.pad;
  const width = Math.ceil(scaled.width / of) * of;
  const height = Math.ceil(scaled.height / of) * of;
  const data = new Float32Array(3 * width * height);
  const { mean, std, divisor } = manifest.input;
  for (let channel = 0; channel < 3; channel++) {
    const gain = 1 / (divisor * std[channel]);
    const bias = -mean[channel] / std[channel];
    for (let y = 0; y < scaled.height; y++) {
      let at = (channel * height + y) * width;
      let from = y * scaled.width * 3 + channel;
      for (let x = 0; x < scaled.width; x++, from += 3) data[at++] = pixels[from] * gain + bias;
    }
  }
  return { tensor: new Tensor("float32", data, [1, 3, height, width]), source, scaled };
}

/** Returns the boxes above the threshold, best first. */
function candidatesOf(heads, scaled) {
  const { outputs, postprocess: { score } } = manifest;
  const cut = Math.log(score / (1 - score));
  return manifest.anchors.levels
    .flatMap((level, i) =>
      candidatesOfLevel(level, heads[outputs.scores[i]], heads[outputs.deltas[i]], cut, scaled)
    )
    .sort((a, b) => b.logit - a.logit);
}

function candidatesOfLevel({ stride, sizes }, logits, deltas, cut, scaled) {
  const [, channels, height, width] = logits.dims;
  const classCount = manifest.labels.length;
  const area = height * width;
  const found = [];
  for (let channel = 0; channel < channels; channel++) {
    for (let cell = 0; cell < area; cell++) {
      const logit = logits.data[channel * area + cell];
      if (logit > cut) found.push({ logit, channel, cell });
    }
  }
  found.sort((a, b) => b.logit - a.logit);
  return found.slice(0, manifest.postprocess.candidates.perLevel).map(
    ({ logit, channel, cell }) => {
      const anchor = Math.floor(channel / classCount);
      const ratio = manifest.anchors.ratios[Math.floor(anchor / sizes.length)];
      const size = sizes[anchor % sizes.length];
      const delta = [0, 1, 2, 3].map((i) => deltas.data[(anchor * 4 + i) * area + cell]);
      const anchorWidth = size / Math.sqrt(ratio);
      const anchorHeight = size * Math.sqrt(ratio);
      const centreX = ((cell % width) + 0.5) * stride + delta[0] * anchorWidth;
      const centreY = (Math.floor(cell / width) + 0.5) * stride + delta[1] * anchorHeight;
      const halfWidth = anchorWidth * Math.exp(Math.min(delta[2], manifest.boxes.clamp)) / 2;
      const halfHeight = anchorHeight * Math.exp(Math.min(delta[3], manifest.boxes.clamp)) / 2;
      return {
        logit,
        score: 1 / (1 + Math.exp(-logit)),
        classId: channel % classCount,
        box: [
          clamp(centreX - halfWidth, scaled.width),
          clamp(centreY - halfHeight, scaled.height),
          clamp(centreX + halfWidth, scaled.width),
          clamp(centreY + halfHeight, scaled.height),
        ],
      };
    },
  );
}

function clamp(value, most) {
  return Math.min(Math.max(value, 0), most);
}

/** Returns the boxes that NMS keeps. They must be ordered by score. */
function nmsPerClass(candidates, limit) {
  const kept = [];
  for (const candidate of candidates) {
    const isFree = kept.every((better) =>
      better.classId !== candidate.classId || iou(better.box, candidate.box) <= limit
    );
    if (isFree) kept.push(candidate);
  }
  return kept;
}

function iou(a, b) {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both);
}
