import { MultiBar } from "cli-progress";
import type { CommandIo } from "./run_command.ts";

/** Progress of a command that handles many images. */
export interface Progress extends Disposable {
  /** Prints a line to standard output, above the bar. */
  readonly print: (text: string) => void;
  /** Counts one more image. */
  readonly step: () => void;
}

/**
 * Shows a progress bar with the rate and the remaining time. The bar is only drawn on a terminal,
 * and only for more than one image. Disposing the result removes the bar; disposing the result
 * again has no further effect.
 */
export function progressBar(total: number, io: CommandIo): Progress {
  const { terminal } = io;
  if (terminal === undefined || total < 2) {
    return { print: io.print, step: () => {}, [Symbol.dispose]: () => {} };
  }
  const bars = new MultiBar({
    format: "{bar} {value}/{total} images, {rate} images/s, {eta_formatted} left",
    stream: terminal,
    clearOnComplete: true,
    // The whole line fits a terminal of 80 columns. The library cuts longer lines by changing a
    // setting of the terminal. After Ctrl+C, the setting would stay changed.
    barsize: 24,
    linewrap: true,
    // The library's handler of Ctrl+C would keep the process alive.
    gracefulExit: false,
    // Number of images that the estimate of the remaining time is based on.
    etaBuffer: 30,
  });
  const bar = bars.create(total, 0, { rate: "?" });
  const start = performance.now();
  let done = 0;
  let isStopped = false;
  return {
    // If the text appears on the same terminal as the bar, `bars` prints the text above the bar.
    print: (text) => io.printsToTerminal ? bars.log(`${text}\n`) : io.print(text),
    step() {
      done++;
      const rate = 1000 * done / (performance.now() - start);
      bar.increment({ rate: rate.toPrecision(2) });
    },
    [Symbol.dispose]() {
      if (isStopped) return;
      isStopped = true;
      bars.update(); // prints the lines that are still queued
      bars.stop();
    },
  };
}
