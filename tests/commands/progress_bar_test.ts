import { assert, assertEquals, assertMatch } from "@std/assert";
import { Writable } from "node:stream";
import { progressBar } from "../../src/commands/shared/progress_bar.ts";

/** Terminal that keeps what is written to it. */
function fakeTerminal() {
  let written = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  return { stream: Object.assign(stream, { isTTY: true, columns: 120 }), text: () => written };
}

Deno.test("progressBar() shows the count, the rate and the remaining time on a terminal", () => {
  const { stream, text } = fakeTerminal();
  const printed: string[] = [];
  const io = { print: (line: string) => printed.push(line), printError() {}, terminal: stream };
  using progress = progressBar(2, io);
  progress.step();
  progress.print("kept apart");
  progress[Symbol.dispose]();
  assertMatch(text(), /1\/2 images, \S+ images\/s, \S+ left/);
  assertEquals(printed, ["kept apart"]);
  const end = text();
  progress[Symbol.dispose]();
  assertEquals(text(), end, "the second end must write nothing");
});

Deno.test("progressBar() prints lines above the bar if both go to the same terminal", () => {
  const { stream, text } = fakeTerminal();
  const print = () => assert(false, "the line must go through the bar");
  using progress = progressBar(2, {
    print,
    printError() {},
    terminal: stream,
    printsToTerminal: true,
  });
  progress.print("a line");
  progress[Symbol.dispose]();
  assertMatch(text(), /a line\n/);
});

Deno.test("progressBar() draws nothing without a terminal, or for one image", () => {
  const { stream, text } = fakeTerminal();
  const io = { print() {}, printError() {} };
  using none = progressBar(9, io);
  none.step();
  using one = progressBar(1, { ...io, terminal: stream });
  one.step();
  assertEquals(text(), "");
});
