import { SingleBar } from "cli-progress";
import { megabytes } from "../shared/text_table.ts";
import type { DownloadProgress } from "./download/fetch_part.ts";

/** Progress bar of a download, on standard error. */
export interface DownloadBar extends Disposable {
  /** Moves the progress bar. The first call draws the bar. */
  show(progress: DownloadProgress): void;
  /** Prints a line. The next call of `show()` draws a new bar below the line. */
  say(text: string): void;
}

/**
 * Creates a progress bar. The bar is only drawn on a terminal.
 *
 * @param print Prints a line.
 */
export function downloadBar(print: (text: string) => void): DownloadBar {
  let bar: SingleBar | undefined;
  const stop = () => {
    bar?.stop();
    bar = undefined;
  };
  return {
    show({ loaded, total }) {
      if (bar) return bar.update(loaded, { got: megabytes(loaded) });
      bar = new SingleBar({
        format: total === undefined
          ? "{got} of an unknown size"
          : `{bar} {got} of ${megabytes(total)}, {eta_formatted} left`,
      });
      bar.start(total ?? loaded, loaded, { got: megabytes(loaded) });
    },
    say(text) {
      stop();
      print(text);
    },
    [Symbol.dispose]: stop,
  };
}
