import type { Hono } from "hono";
import { appSettings } from "../../../src/server/app_settings.ts";
import { imageLimits } from "../../../src/server/image_limits.ts";
import { readConfig } from "../../../src/server/config.ts";
import { bundle } from "../../platforms/browser/bundle.ts";
import { launchChromium, type Page } from "../../platforms/browser/chromium.ts";
import { openPage, PAGE_FILES } from "../../platforms/browser/open_page.ts";
import { servePages } from "../../platforms/browser/serve_pages.ts";
import type { Target } from "../target.ts";

declare global {
  /** App in the page. */
  var app: Hono;
}

/** Request or response, in the form that the driver passes to and from the page. */
interface Message {
  readonly headers: readonly [name: string, value: string][];
  /** Body in base64; null if there is none. */
  readonly body: string | null;
}

/** Starts the app of the browser bundle in a page of Chromium; requests go through the driver. */
export async function startChromium(environment: Record<string, string> = {}): Promise<Target> {
  const stack = new AsyncDisposableStack();
  const server = stack.use(servePages({ folder: await bundle(), files: PAGE_FILES }));
  const browser = stack.adopt(await launchChromium(), (each) => each.close());
  try {
    const page = await openPage(browser, server.url);
    await startApp(page, environment);
    return {
      name: "chromium",
      request: (path, init) => ask(page, new Request(new URL(path, server.url), init)),
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** Creates the detector and the app of the page from settings of docs/configuration.md. */
async function startApp(page: Page, environment: Record<string, string>): Promise<void> {
  const config = readConfig(environment);
  const { log: _log, logRequest: _logRequest, ...settings } = appSettings(config, "json");
  const [model] = config.MODELS;
  if (model === undefined) throw new RangeError("Cannot start the app as MODELS must name a model");
  const options = {
    model,
    engine: config.ENGINE,
    threads: config.THREADS,
    queue: config.QUEUE ?? 2,
    limits: imageLimits(config),
  };
  await page.evaluate(
    async (options, settings) => {
      const detector = await retinanet.createDetector(options);
      globalThis.app = retinanet.createApp({ ...settings, detector }) as unknown as Hono;
    },
    options,
    settings,
  );
}

async function ask(page: Page, request: Request): Promise<Response> {
  const { method, url } = request;
  const asked = { method, url, ...await messageOf(request) };
  const { status, statusText, headers, body } = await page.evaluate(answer, asked);
  const bytes = body === null ? null : Uint8Array.fromBase64(body);
  return new Response(bytes, { status, statusText, headers: headers.map(([...pair]) => pair) });
}

async function messageOf(request: Request): Promise<Message> {
  const bytes = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
  return { headers: [...request.headers], body: bytes && bytes.toBase64() };
}

/** Answers a request with the app; runs in the page. */
async function answer(
  { method, url, headers, body }: Message & { readonly method: string; readonly url: string },
): Promise<Message & { readonly status: number; readonly statusText: string }> {
  const fields = new Headers(headers.map(([...pair]) => pair));
  const bytes = body === null ? null : Uint8Array.fromBase64(body);
  const request = new Request(url, { method, headers: fields, body: bytes });
  // The Request of a page drops headers that only the browser may set, such as Origin.
  Object.defineProperty(request, "headers", { value: fields });
  const response = await app.fetch(request);
  const answered = response.body === null ? null : new Uint8Array(await response.arrayBuffer());
  return {
    status: response.status,
    statusText: response.statusText,
    headers: [...response.headers],
    body: answered && answered.toBase64(),
  };
}
