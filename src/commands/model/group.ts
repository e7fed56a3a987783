import type { CommandGroup } from "../shared/command_group.ts";

/** Commands of `deno task model`. */
export const MODEL_GROUP: CommandGroup = {
  name: "model",
  summary: "Manage the models in models/.",
  commands: {
    new: {
      summary: "write a manifest for a graph",
      operands: "FILE.onnx",
      load: async () => (await import("./new.ts")).main,
    },
    check: {
      summary: "compare a manifest with its graph, or with a golden",
      operands: "ID|MANIFEST",
      load: async () => (await import("./check.ts")).main,
    },
    doctor: {
      summary: "try other values of each property on a photo",
      operands: "ID --image FILE",
      load: async () => (await import("./doctor.ts")).main,
    },
    list: {
      summary: "list all models, and whether their graphs are here",
      load: async () => (await import("./list.ts")).main,
    },
    pull: {
      summary: "download the files of a model of the catalogue",
      operands: "ID [--from URL]",
      load: async () => (await import("./pull.ts")).main,
    },
    remove: {
      summary: "delete the files of a model that were downloaded",
      operands: "ID",
      load: async () => (await import("./remove.ts")).main,
    },
  },
};
