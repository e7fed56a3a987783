// deno-lint-ignore-file no-import-prefix -- the driver is a tool of these tests alone
import puppeteer, { type Browser, type Page } from "npm:puppeteer-core@25.16.0";

export type { Browser, Page };

/** Path of Chromium: the variable CHROMIUM, or the path of Debian's package. */
const PROGRAM = Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";

/** Arguments for WebGPU on SwiftShader, the software device of Chromium. */
export const SOFTWARE_WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/**
 * Reason to skip the tests of pages, if a person chose to. A missing browser is no reason but a
 * failure, as tests that silently run nowhere prove nothing.
 */
export const NO_BROWSER = Deno.env.get("NO_BROWSER") === "1" ? "NO_BROWSER=1" : undefined;

/** Starts Chromium without a window. */
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
    // WebGPU in software is slow.
    protocolTimeout: 600_000,
  });
}
