// deno-lint-ignore-file no-import-prefix -- the driver is a tool of these tests alone
import puppeteer, { type Browser, type Page } from "npm:puppeteer-core@25.16.0";

export type { Browser, Page };

/** Where Debian's package puts it; CHROMIUM names another. */
const PROGRAM = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";

/** WebGPU on SwiftShader, the software device that comes with Chromium. */
export const SOFTWARE_WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/**
 * Whether a person decided to do without a browser. Otherwise its lack is a failure: tests that
 * quietly run nowhere prove nothing.
 */
export const NO_BROWSER = Deno.env.get("NO_BROWSER") === "1";
/** What to add to the name of a test that is left out. */
export const SKIPPED = NO_BROWSER ? " (skipped: NO_BROWSER=1)" : "";

/** Starts a Chromium without a window. */
export async function launchChromium(args: readonly string[] = []): Promise<Browser> {
  if (await Deno.stat(PROGRAM).then(() => false, () => true)) {
    throw new Error(
      `There is no Chromium at ${PROGRAM}. Install it (apt-get install chromium), name another ` +
        "with CHROMIUM=PATH, or leave these tests out with NO_BROWSER=1.",
    );
  }
  return await puppeteer.launch({
    executablePath: PROGRAM,
    // Tests run as root in containers, where Chromium's own sandbox cannot start.
    args: ["--no-sandbox", ...args],
    // WebGPU in software takes its time.
    protocolTimeout: 600_000,
  });
}
