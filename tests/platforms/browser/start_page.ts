import { missingShared, SHARED } from "../../testing.ts";
import { bundle } from "./bundle.ts";
import { type Browser, launchChromium, type Page } from "./chromium.ts";
import { openPage, PAGE_FILES } from "./open_page.ts";
import { type PageServer, type PageServerOptions, servePages } from "./serve_pages.ts";

/** Options of {@linkcode startPage}. */
export interface StartPageOptions extends Partial<PageServerOptions> {
  /** Further command-line arguments of the browser. */
  readonly args?: readonly string[];
  /** Host name in the page's URL, which the browser resolves to this machine. */
  readonly host?: string;
}

/** Page with the bundle, its browser and its server. */
export interface StartedPage extends AsyncDisposable {
  /** Browser. */
  readonly browser: Browser;
  /** Page. */
  readonly page: Page;
  /** Server. */
  readonly server: PageServer;
  /** Errors on the page's console, with violations of its Content-Security-Policy. */
  readonly complaints: readonly string[];
}

/** Opens a page with the bundle in a new browser; `/photos/` and `/formats/` are images. */
export async function startPage(options: StartPageOptions = {}): Promise<StartedPage> {
  const { args = [], host, ...served } = options;
  const stack = new AsyncDisposableStack();
  try {
    const server = stack.use(servePages({
      folder: await bundle(),
      ...served,
      mounts: { "/formats/": FORMATS, "/drawn/": DRAWN, "/photos/": PHOTOS, ...served.mounts },
      files: { ...PAGE_FILES, ...served.files },
    }));
    const rules = host === undefined ? [] : [`--host-resolver-rules=MAP ${host} 127.0.0.1`];
    const browser = stack.adopt(await launchChromium([...args, ...rules]), (each) => each.close());
    const complaints: string[] = [];
    const url = new URL(server.url);
    url.hostname = host ?? url.hostname;
    const page = await openPage(browser, url.href, (each) => {
      each.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      each.on("pageerror", (error) => complaints.push(String(error)));
    });

    const dispose = () => stack.disposeAsync();
    return { browser, page, server, complaints, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** Small images of every format. */
export const FORMATS = new URL("../../sample_images/formats/", import.meta.url);
/** Folder of scene.jpg, which is a drawn 1080p JPEG. */
export const DRAWN = new URL("../../sample_images/", import.meta.url);
/** Real photos, which the repository does not carry. */
export const PHOTOS = new URL("photos/", SHARED);
/** Reason to skip a test that needs the photos. */
export const MISSING_PHOTOS = missingShared("photos/");
