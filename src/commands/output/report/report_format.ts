import { escapeXml, overlaySvg } from "../../../draw/overlay_svg.ts";
import type { DetectedImage, FailedImage, OutputContext, TextFormat } from "../detect_output.ts";
import { SCRIPT, SCRIPT_HASH, STYLE, STYLE_HASH } from "./assets.ts";
import { thumbnail } from "./thumbnail.ts";

/**
 * Creates the format of the HTML report. The report is a single file that needs no network, so that
 * it can be sent by mail.
 */
export function reportFormat({ detector, sources, score }: OutputContext): TextFormat {
  const title = `${detector.model.id}, ${sources.length} ${
    sources.length === 1 ? "input" : "inputs"
  }`;
  const threshold = score === undefined
    ? "the score threshold of the model"
    : `scores from ${score}`;
  return {
    head: headOf(title, threshold),
    add: (image) => cardOf(image, detector),
    finish: tailOf,
  };
}

function headOf(title: string, threshold: string): string {
  const policy = `default-src 'none'; img-src data:; style-src '${STYLE_HASH}'; ` +
    `script-src '${SCRIPT_HASH}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="retinanet-edge">
<title>Detections: ${escapeXml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header><h1>Detections</h1><p>${escapeXml(title)}, ${escapeXml(threshold)}</p></header>
<form id="filters" hidden aria-label="Filters">
<label>File name <input type="search" id="search" autocomplete="off"></label>
<label><span>Score from <output id="score-value" for="score"></output></span>
<input type="range" id="score" min="0" max="1" step="0.01"></label>
<label>Order <select id="order">
<option value="input">as named<option value="name">name<option value="most">most objects
<option value="best">best score first<option value="worst">lowest score first
</select></label>
<label><span><input type="checkbox" id="found"> only with objects</span></label>
<button type="button" id="clear">Reset</button>
<fieldset id="classes"><legend>Classes</legend></fieldset>
</form>
<p id="summary" role="status"></p>
<main>
<ol id="images">`;
}

async function cardOf(
  image: DetectedImage,
  detector: OutputContext["detector"],
): Promise<string> {
  const { source, result } = image;
  const { width, height } = result.image;
  const boxes = result.detections.map(({ label, classId, score, box }) => ({
    label,
    classId,
    score,
    box,
  }));
  const name = escapeXml(source.name);
  const drawing = overlaySvg({ href: "", width, height }, boxes)
    .replace(/<image [^>]*>\n/, "")
    .replace("<svg ", '<svg aria-hidden="true" ');
  const labels = boxes.map(({ label }) => label).join(", ") || "nothing found";
  return `<li data-name="${name}" data-width="${width}" data-height="${height}" ` +
    `data-boxes="${escapeXml(JSON.stringify(boxes))}">` +
    `<button type="button"><span class="stage">` +
    `<img src="${await thumbnail(
      image,
      detector,
    )}" alt="Enlarge ${name}" width="${width}" height="${height}">` +
    `${drawing}</span></button><div class="text"><b>${name}</b>` +
    `<span class="count">${escapeXml(labels)}</span></div></li>`;
}

function tailOf(failed: readonly FailedImage[]): string {
  const items = failed.map(({ source, reason }) =>
    `<li><b>${escapeXml(source.name)}</b>: ${escapeXml(reason)}</li>`
  );
  const failures = failed.length === 0 ? "" : `<section id="failed"><h2>${failed.length} failed</h2>
<ul>${items.join("\n")}</ul></section>`;
  return `</ol>
${failures}
</main>
<dialog id="viewer" aria-labelledby="viewer-name">
<div class="bar"><h2 id="viewer-name"></h2>
<button type="button" id="previous">Previous</button>
<button type="button" id="next">Next</button>
<button type="button" id="close">Close</button></div>
<div class="stage"><img id="viewer-image" alt=""><svg></svg></div>
<table><thead><tr><th scope="col">Class<th scope="col">Score<th scope="col">x min<th scope="col">y min
<th scope="col">x max<th scope="col">y max</tr></thead><tbody id="viewer-rows"></tbody></table>
</dialog>
<script type="module">${SCRIPT}</script>
</body>
</html>`;
}
