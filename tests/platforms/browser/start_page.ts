import { bundle } from "./bundle.ts";
import { type Browser, launchChromium, type Page } from "./chromium.ts";
import { openPage, PAGE_FILES } from "./open_page.ts";
import { type PageServer, type PageServerOptions, servePages } from "./serve_pages.ts";

/** What a page under test is told beside where the bundle lies. */
export interface StartPageOptions extends Partial<PageServerOptions> {
  /** Further arguments of the browser. */
  readonly args?: readonly string[];
  /** Host name of the page's address, which the browser is made to find on this machine. */
  readonly host?: string;
}

/** A page with the bundle, the browser that shows it and the server that it came from. */
export interface StartedPage extends AsyncDisposable {
  /** The browser. */
  readonly browser: Browser;
  /** The page. */
  readonly page: Page;
  /** The server. */
  readonly server: PageServer;
  /** What the page's console said was wrong, and what its Content-Security-Policy refused. */
  readonly complaints: readonly string[];
}

/** Opens a page with the bundle in a browser of its own; `/photos/` and `/formats/` are images. */
export async function startPage(options: StartPageOptions = {}): Promise<StartedPage> {
  const { args = [], host, ...served } = options;
  const stack = new AsyncDisposableStack();
  try {
    const server = stack.use(servePages({
      folder: await bundle(),
      ...served,
      mounts: { "/formats/": FORMATS, "/photos/": PHOTOS, ...served.mounts },
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

/** Images of every format, small. */
export const FORMATS = new URL("../../sample_images/formats/", import.meta.url);
/** Real photos, which are not part of the project. */
export const PHOTOS = new URL("../../../../shared/photos/", import.meta.url);
/** Whether they are here. */
export const HAVE_PHOTOS = await Deno.stat(PHOTOS).then(() => true, () => false);
