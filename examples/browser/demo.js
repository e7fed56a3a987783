import { createDetector } from "./retinanet-edge/retinanet-edge.js";
import { openCamera } from "./camera.js";
import { drawBoxes } from "./draw_boxes.js";
import { pixelsOf } from "./pixels_of.js";
import { showClasses, showFacts, showFound } from "./show_result.js";

/** Score threshold of the detector. The slider hides more without detecting again. */
const MIN_SCORE = 0.05;

const at = (id) => document.getElementById(id);
const stage = at("stage");
const photo = at("photo");
const file = at("file");
const score = at("score");

/** Result for the displayed image, or null. */
let result = null;
let camera = null;
let current = new AbortController();

const detector = createDetector({ model: "everyday8", onProgress: showProgress });
detector.then(({ model }) => {
  showClasses(at("classes"), model.labels);
  at("loading").hidden = true;
  at("ready").hidden = stage.dataset.state !== "empty";
}, (error) => {
  at("loading").hidden = true;
  fail(error);
});

/** Shows a photo and its detections. */
async function look(image) {
  const { signal } = start();
  show("photo");
  URL.revokeObjectURL(photo.src);
  photo.src = URL.createObjectURL(image);
  photo.alt = "The photo";
  say("Detecting …");
  try {
    const found = await find(image, signal);
    signal.throwIfAborted();
    result = found;
    // The browser gives no size for formats that it cannot show.
    fit(result.image.width, result.image.height);
    render();
    showFacts(result);
  } catch (error) {
    if (!signal.aborted) fail(error);
  }
}

async function find(image, signal) {
  const ready = await detector;
  try {
    return await ready.detect(image, { scoreThreshold: MIN_SCORE, signal });
  } catch (error) {
    // The browser may decode formats that the detector cannot, such as HEIC in Safari.
    if (error.code !== "unsupported-format") throw error;
    const pixels = await pixelsOf(
      await createImageBitmap(image).catch(() => Promise.reject(error)),
    );
    return await ready.detect(pixels, { scoreThreshold: MIN_SCORE, signal });
  }
}

/** Detects objects in the camera image, frame by frame. */
async function watch() {
  const { signal } = start();
  try {
    say("Starting the camera …");
    const opened = await openCamera(at("video"));
    if (signal.aborted) return opened.close();
    camera = opened;
    fit(at("video").videoWidth, at("video").videoHeight);
    show("camera");
    while (!signal.aborted) {
      const frame = await pixelsOf(at("video"));
      result = await (await detector).detect(frame, { scoreThreshold: MIN_SCORE, signal });
      render();
      showFacts(result);
    }
  } catch (error) {
    if (signal.aborted) return;
    show(result === null ? "empty" : "photo");
    stop();
    fail(error);
  }
}

/** Cancels the previous detection and stops the camera. */
function start() {
  current.abort();
  current = new AbortController();
  stop();
  result = null;
  at("overlay").replaceChildren();
  at("found").replaceChildren();
  return current;
}

function stop() {
  camera?.close();
  camera = null;
}

/** Sets the aspect ratio of the stage. */
function fit(width, height) {
  at("figure").style.setProperty("--width", width);
  at("figure").style.setProperty("--height", height);
}

function show(state) {
  stage.dataset.state = state;
  if (state !== "empty") at("ready").hidden = true;
  at("take").hidden = state !== "camera";
  at("camera-again").hidden = state === "camera" || !navigator.mediaDevices;
}

function render() {
  const threshold = score.valueAsNumber / 100;
  at("score-text").textContent = `${score.value} %`;
  if (result === null) return;
  const shown = result.detections.filter((detection) => detection.score > threshold);
  const boxes = drawBoxes(at("overlay"), shown, result.image);
  showFound(at("found"), shown, boxes);
  say(summary(shown.length));
  const labels = [...new Set(shown.map(({ label }) => label))];
  photo.alt = labels.length > 0 ? `The photo, with ${labels.join(", ")}` : "The photo";
}

function summary(count) {
  if (count > 0) return `${count} ${count === 1 ? "object" : "objects"} found`;
  return result.detections.length > 0
    ? "Nothing above this score; move the slider"
    : "Nothing found";
}

function say(text) {
  at("status").classList.remove("fault");
  // Camera frames mostly repeat the text; a screen reader should announce it once.
  if (at("status").textContent !== text) at("status").textContent = text;
}

function fail(error) {
  at("status").classList.add("fault");
  at("status").textContent = error.message;
}

function showProgress({ loaded, total, cached }) {
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
  at("progress").value = loaded / total;
  at("progress-text").textContent = loaded < total
    ? `Loading the model: ${megabytes(loaded)} of ${megabytes(total)} MB`
    : `Starting the model, ${megabytes(total)} MB ${cached ? "from the cache" : "loaded"}`;
}

for (const button of document.querySelectorAll("[data-choose]")) {
  button.addEventListener("click", () => file.click());
}
photo.addEventListener("load", () => fit(photo.naturalWidth, photo.naturalHeight));
file.addEventListener("change", () => {
  if (file.files.length > 0) look(file.files[0]);
  file.value = "";
});
at("camera").addEventListener("click", watch);
at("camera-again").addEventListener("click", watch);
at("take").addEventListener("click", async () => look(await camera.take()));
score.addEventListener("input", render);
document.addEventListener("paste", ({ clipboardData }) => {
  if (clipboardData.files.length > 0) look(clipboardData.files[0]);
});
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  stage.toggleAttribute("data-over", true);
});
document.addEventListener("dragleave", ({ relatedTarget }) => {
  if (relatedTarget === null) stage.removeAttribute("data-over");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  stage.removeAttribute("data-over");
  const [dropped] = event.dataTransfer.files;
  if (dropped !== undefined) look(dropped);
});
at("camera").hidden = !navigator.mediaDevices;
show("empty");
render();
