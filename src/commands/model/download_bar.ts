import { SingleBar } from "cli-progress";
import type { Progress } from "./download/fetch_part.ts";
import { megabytes } from "../shared/megabytes.ts";

/** A progress bar for a download, on the error output of a terminal. */
export interface DownloadBar extends Disposable {
  /** Moves the bar. */
  show(progress: Progress): void;
  /** Says something on a line of its own. */
  say(text: string): void;
}

/** A bar that is first drawn when it is first moved. */
export function downloadBar(): DownloadBar {
  let bar: SingleBar | undefined;
  const stop = () => {
    bar?.stop();
    bar = undefined;
  };
  return {
    show({ done, total }) {
      if (bar) return bar.update(done, { got: megabytes(done) });
      bar = new SingleBar({
        format: total === undefined
          ? "{got} of nobody knows how many"
          : `{bar} {got} of ${megabytes(total)}, {eta_formatted} left`,
      });
      bar.start(total ?? done, done, { got: megabytes(done) });
    },
    say(text) {
      stop();
      console.error(text);
    },
    [Symbol.dispose]: stop,
  };
}
