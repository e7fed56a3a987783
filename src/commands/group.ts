import { MODEL_GROUP } from "./model/group.ts";
import type { CommandGroup } from "./shared/command_group.ts";

/** Commands of `retinanet-edge`. */
export const COMMAND_GROUP: CommandGroup = {
  name: "",
  summary: "Object detection: a server, and tools for images and models.",
  commands: {
    serve: {
      summary: "start the server; also without any argument",
      load: async () => (await import("./serve_command.ts")).serveCommand,
    },
    detect: {
      summary: "find objects in images",
      operands: "INPUT...",
      load: async () => (await import("./detect.ts")).main,
    },
    eval: {
      summary: "measure a model on a data set in COCO format",
      operands: "--annotations FILE",
      load: async () => (await import("./eval.ts")).main,
    },
    bench: {
      summary: "time the detector on images",
      operands: "INPUT...",
      load: async () => (await import("./bench.ts")).main,
    },
    model: {
      summary: "list, download, describe and check models",
      operands: "COMMAND",
      load: async () => (await import("./model/main.ts")).main,
      group: MODEL_GROUP,
    },
    plan: {
      summary: "estimate the memory and the time of a model on a platform",
      operands: "--model ID --platform NAME",
      load: async () => (await import("./plan.ts")).main,
    },
    key: {
      summary: "print a new API key",
      operands: "[NAME]",
      load: async () => (await import("./key.ts")).main,
    },
    complete: {
      summary: "print the completion script of a shell",
      operands: "SHELL",
      load: async () => (await import("./complete.ts")).completeCommand(COMMAND_GROUP),
    },
  },
  notes: `Exit codes: 0 done; 1 an argument was wrong, an image failed, or the answer is no;
130 stopped by Ctrl+C. The manual is docs/cli.md.`,
};
