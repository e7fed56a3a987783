import { annotate } from "./annotate.ts";
import { BrowserRunner } from "./browser_runner.ts";
import { type Camera, HAS_CAMERA, IS_PHONE, openCamera } from "./camera.ts";
import { at, element } from "./elements.ts";
import { listenForPhotos } from "./photo_input.ts";
import { Problem } from "./problem.ts";
import { ResultView } from "./result_view.ts";
import type { PageModel, Runner } from "./runner.ts";
import { ServerRunner } from "./server_runner.ts";
import { showClasses } from "./show_result.ts";
import { fitStage, isBroken, showBusy, showPhoto, showStage, stageState } from "./stage.ts";
import { say, sayFault } from "./status.ts";
import { copyText, curlCommand, resultJson, saveFile } from "./take_along.ts";

/** Key of the API key in the storage of the tab. */
const KEY_NAME = "retinanet-edge-key";

/** URL of the page as a folder: the API answers below it, also if the page's URL has no slash. */
const BASE = new URL(location.pathname.replace(/\/?$/, "/"), location.href);

const engines = (document.documentElement.dataset.engines ?? "server").split(" ");
const server = new ServerRunner(BASE);
const browser = new BrowserRunner(new URL("retinanet-edge/", BASE), showProgress);
const models = at("model", HTMLSelectElement);
const view = new ResultView();

let runner: Runner = engines.includes("server") ? server : browser;
let opened: Promise<PageModel> | null = null;
let photo: { readonly image: Blob; readonly name: string } | null = null;
let camera: Camera | null = null;
let current = new AbortController();

/** Connects to the server, or loads the detector, and fills the list of models. */
async function connect(): Promise<void> {
  try {
    const ids = await runner.models();
    const chosen = models.value;
    models.replaceChildren(...ids.map((id) => element("option", "", id)));
    if (ids.includes(chosen)) models.value = chosen;
    at("model-field", HTMLElement).hidden = ids.length < 2;
    at("key-form", HTMLElement).hidden = true;
    await openModel();
  } catch (error) {
    fail(error);
  }
}

/** Opens the chosen model and shows its classes. */
async function openModel(): Promise<void> {
  opened = runner.open(models.value);
  const model = await opened;
  at("loading", HTMLElement).hidden = true;
  view.useModel(model);
  showClasses(model.labels);
  at("ready", HTMLElement).hidden = stageState() !== "empty";
  say("");
}

/** Shows a photo and its detections. */
async function look(image: Blob, name: string): Promise<void> {
  const { signal } = start();
  photo = { image, name };
  showPhoto(image);
  at("ready", HTMLElement).hidden = true;
  showBusy(true);
  say("Detecting …");
  try {
    const model = await (opened ?? openAgain());
    const result = await runner.detect(image, model, { signal, say });
    signal.throwIfAborted();
    const shown = result.sent ?? (isBroken() ? await runner.copy?.(image, model, signal) : null);
    signal.throwIfAborted();
    if (shown) showPhoto(shown);
    // The browser gives no size for formats that it cannot show.
    fitStage(result.image);
    view.show(result, model);
  } catch (error) {
    if (signal.aborted) return;
    if (isBroken()) {
      showStage("empty");
      at("ready", HTMLElement).hidden = false;
    }
    fail(error);
  } finally {
    if (!signal.aborted) showBusy(false);
  }
}

/** Opens the model again after it could not be opened. */
async function openAgain(): Promise<PageModel> {
  await connect();
  return await (opened ?? Promise.reject(new Error("The model could not be opened.")));
}

/** Detects objects in the camera image: frame by frame in this browser, else once it is taken. */
async function watch(): Promise<void> {
  if (IS_PHONE && runner === server || !HAS_CAMERA) {
    at("capture", HTMLInputElement).click();
    return;
  }
  const before = stageState() === "photo" ? "photo" : "empty";
  const { signal } = cancel();
  try {
    say("Starting the camera …");
    const video = at("video", HTMLVideoElement);
    const ready = await openCamera(video);
    if (signal.aborted) return ready.close();
    camera = ready;
    view.clear();
    fitStage({ width: video.videoWidth, height: video.videoHeight });
    showStage("camera");
    at("ready", HTMLElement).hidden = true;
    at("take", HTMLElement).focus();
    if (runner === browser) await watchFrames(ready, signal);
    else say("Take the photo when it looks right");
  } catch (error) {
    if (signal.aborted) return;
    showStage(before);
    stop();
    fail(error);
  }
}

async function watchFrames(source: Camera, signal: AbortSignal): Promise<void> {
  const model = await (opened ?? openAgain());
  while (!signal.aborted) {
    const result = await browser.detectNow(source.pixels(), model, signal);
    if (!signal.aborted) view.show(result, model);
  }
}

/** Cancels the previous detection, stops the camera, and clears the result. */
function start(): AbortController {
  view.clear();
  return cancel();
}

/** Cancels the previous detection and stops the camera. Its result stays. */
function cancel(): AbortController {
  current.abort();
  current = new AbortController();
  showBusy(false);
  stop();
  return current;
}

function stop(): void {
  camera?.close();
  camera = null;
}

function fail(error: unknown): void {
  at("loading", HTMLElement).hidden = true;
  opened?.catch(() => opened = null);
  if (error instanceof Problem && error.status === 401) {
    at("key-form", HTMLElement).hidden = false;
    at("key", HTMLInputElement).focus();
    if (server.key === "") return say("This server asks for an API key");
  }
  sayFault(error);
}

function showProgress(progress: { loaded: number; total: number; cached: boolean }): void {
  const { loaded, total, cached } = progress;
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
  at("loading", HTMLElement).hidden = false;
  at("progress", HTMLProgressElement).value = loaded / total;
  at("progress-text", HTMLLabelElement).textContent = loaded < total
    ? `Loading the model: ${megabytes(loaded)} of ${megabytes(total)} MB`
    : `Starting the model, ${megabytes(total)} MB ${cached ? "from the cache" : "loaded"}`;
}

/** Detects again in the photo, after the model or its place has changed. */
function lookAgain(): void {
  if (photo !== null && stageState() === "photo") void look(photo.image, photo.name);
}

/** Tells on the button itself that it worked, for a moment. */
async function confirm(id: string, done: string, act: () => Promise<void>): Promise<void> {
  const button = at(id, HTMLButtonElement);
  const label = button.textContent;
  if (label === done) return;
  try {
    await act();
    button.textContent = done;
    setTimeout(() => button.textContent = label, 2000);
  } catch (error) {
    sayFault(error);
  }
}

at("copy-json", HTMLElement).addEventListener(
  "click",
  () =>
    void confirm("copy-json", "Copied", async () => {
      if (view.result !== null) await copyText(resultJson(view.result, view.shown));
    }),
);
at("copy-curl", HTMLElement).addEventListener(
  "click",
  () =>
    void confirm("copy-curl", "Copied", async () => {
      if (opened === null) return;
      const url = new URL("detect", BASE);
      const { thresholds, hidden } = view;
      const file = photo?.name ?? "photo.jpg";
      const model = await opened;
      const needsKey = server.key !== "";
      await copyText(curlCommand({ url, file, model, thresholds, hidden, needsKey }));
    }),
);
at("download", HTMLElement).addEventListener(
  "click",
  () =>
    void confirm("download", "Saved", async () => {
      if (photo === null || view.result === null) return;
      const { shown, result: { image } } = view;
      const drawn = await annotate(at("photo", HTMLImageElement), shown, image, photo.image.type);
      if (drawn === null) {
        throw new Error("This browser cannot draw a photo of this size or format");
      }
      const extension = drawn.type === "image/png" ? "png" : "jpg";
      saveFile(drawn, `${photo.name.replace(/\.\w+$/, "")}-boxes.${extension}`);
    }),
);
at("take", HTMLElement).addEventListener("click", () => {
  camera?.take().then((image) => look(image, "photo.jpg"), fail);
});
at("key-form", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault();
  server.key = at("key", HTMLInputElement).value.trim();
  sessionStorage.setItem(KEY_NAME, server.key);
  void connect().then(lookAgain);
});
models.addEventListener("change", () => void openModel().then(lookAgain, fail));
for (const radio of document.querySelectorAll<HTMLInputElement>("[name=runner]")) {
  radio.addEventListener("change", () => {
    start();
    runner = radio.value === "browser" ? browser : server;
    describeRunner();
    if (stageState() === "camera") showStage("empty");
    void connect().then(lookAgain);
  });
}
for (const button of document.querySelectorAll<HTMLElement>("[data-camera]")) {
  button.hidden = !HAS_CAMERA && !IS_PHONE;
  button.addEventListener("click", () => void watch());
}
listenForPhotos((file) => void look(file, file.name || "photo.jpg"));

function describeRunner(): void {
  at("where", HTMLElement).textContent = runner === browser
    ? "Finds objects in your photo, in this browser. The photo is not uploaded."
    : "Finds objects in your photo. The photo goes to this server and nowhere else.";
  at("heic", HTMLElement).hidden = runner === browser;
}

at("reference", HTMLAnchorElement).href = new URL("docs", BASE).href;
at("reference", HTMLElement).hidden = !engines.includes("server");
server.key = sessionStorage.getItem(KEY_NAME) ?? "";
at("engine-field", HTMLElement).hidden = engines.length < 2;
describeRunner();
showStage("empty");
void connect();
