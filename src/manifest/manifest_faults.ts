import type { HeadsManifest, Manifest } from "./manifest_schema.ts";

/**
 * Finds contradictions between the properties of a manifest.
 *
 * The schema checks each property alone. In contrast, this function compares properties with each
 * other.
 *
 * @returns One text per contradiction: the path of the property, the broken rule and the value.
 */
export function manifestFaults(manifest: Manifest): string[] {
  return [
    ...fileFaults(manifest),
    ...engineFaults(manifest),
    ...extraInputFaults(manifest),
    ...columnFaults(manifest),
    ...padFaults(manifest),
    ...(manifest.outputs.kind === "finished" ? [] : headsFaults(manifest as HeadsManifest)),
  ];
}

/** Checks that the manifest lists each file only once. */
function fileFaults({ graph, variants = [] }: Manifest): string[] {
  const graphs = [graph, ...variants];
  const files = graphs.flatMap(({ file, data = [] }, i) => {
    const path = i === 0 ? "graph" : `variants.${i - 1}`;
    return [
      { path: `${path}.file`, file },
      ...data.map((each, j) => ({ path: `${path}.data.${j}.file`, file: each.file })),
    ];
  });
  return files.flatMap(({ path, file }, i) => {
    if (files.findIndex((each) => each.file === file) === i) return [];
    return [`${path}: each file must be named once: "${file}" is named twice`];
  });
}

/** Checks that each engine has at most one variant of the graph. */
function engineFaults({ variants = [] }: Manifest): string[] {
  const engines = variants.flatMap(({ engines }, i) => {
    return engines.map((engine) => ({ path: `variants.${i}.engines`, engine }));
  });
  return engines.flatMap(({ path, engine }, i) => {
    if (engines.findIndex((each) => each.engine === engine) === i) return [];
    return [`${path}: each engine must be named once: "${engine}" is named twice`];
  });
}

/** Checks the names and the values of the inputs other than the image. */
function extraInputFaults({ input, extraInputs = [] }: Manifest): string[] {
  const names = [input.name, ...extraInputs.map(({ name }) => name)];
  return extraInputs.flatMap(({ name, type, shape, value }, i) => {
    const path = `extraInputs.${i}`;
    const count = shape.reduce((product, side) => product * side, 1);
    return [
      ...(names.indexOf(name) <= i ? [`${path}.name: "${name}" is an input already`] : []),
      ...(value.length === count
        ? []
        : [`${path}.value: must have ${count} numbers for its shape: it has ${value.length}`]),
      ...(type === "float32" || value.every(isPixels)
        ? []
        : [`${path}.value: must be whole numbers or sides of the image, as it is ${type}`]),
    ];
  });
}

/**
 * Returns true if a value is always a whole number: an integer, or the name of an image side such
 * as `source-width`. A scale such as `scale-x` can be a fraction.
 */
function isPixels(value: number | string): boolean {
  return typeof value === "number" ? Number.isInteger(value) : !value.startsWith("scale");
}

/** Checks that `outputs.columns` is set exactly if `outputs.labels` is null. */
function columnFaults({ outputs }: Manifest): string[] {
  if (outputs.kind !== "finished") return [];
  const { scores, labels, columns } = outputs;
  if ((labels === null) !== (columns !== undefined)) {
    return ["outputs.columns: must be set exactly where outputs.labels is null"];
  }
  return labels === null && scores !== null
    ? [`outputs.scores: must be null where outputs.labels is null: it is "${scores}"`]
    : [];
}

/** Checks that every resized image fits into the padded size, if the padded size is fixed. */
function padFaults({ resize, pad }: Manifest): string[] {
  if (pad.kind !== "fixed") return [];
  const wanted = `pad: ${pad.width}x${pad.height} must hold the resized image:`;
  if (resize.kind === "none") return [`${wanted} any size, as resize.kind is "none"`];
  const [width, height] = resize.kind === "shortest"
    ? [resize.longest, resize.longest]
    : [resize.width, resize.height];
  return pad.width < width || pad.height < height ? [`${wanted} up to ${width}x${height}`] : [];
}

function headsFaults(manifest: HeadsManifest): string[] {
  const { labels, postprocess: { background } } = manifest;
  return [
    ...levelFaults(manifest),
    ...kindFaults(manifest),
    ...(background !== null && background >= labels.length
      ? [`postprocess.background: must be one of ${labels.length} class ids: it is ${background}`]
      : []),
  ];
}

/**
 * Checks the levels of the feature pyramid. A network predicts on several grids with different cell
 * sizes. Each grid is a level.
 *
 * All levels must have the same number of anchors per cell. If each level has outputs of its own,
 * `scores` and `deltas` must name one output per level.
 */
function levelFaults({ outputs, anchors }: HeadsManifest): string[] {
  if (!("levels" in anchors)) return [];
  const faults: string[] = [];
  const perCell = new Set<number>(
    anchors.kind === "sizes"
      ? anchors.levels.map(({ sizes }) => sizes.length)
      : anchors.levels.map(({ shapes }) => shapes.length),
  );
  if (perCell.size > 1) {
    faults.push(
      `anchors.levels: must all have equally many ${anchors.kind}: found ${
        [...perCell].join(", ")
      }`,
    );
  }
  if (outputs.kind !== "levels") return faults;
  for (const head of ["scores", "deltas"] as const) {
    if (outputs[head].length === anchors.levels.length) continue;
    faults.push(
      `outputs.${head}: must name one output per level of anchors.levels: ` +
        `${outputs[head].length} names, ${anchors.levels.length} levels`,
    );
  }
  return faults;
}

/** Checks that the kinds of `outputs`, `anchors`, `boxes` and `clip` can be combined. */
function kindFaults({ outputs, anchors, boxes, postprocess }: HeadsManifest): string[] {
  const faults: string[] = [];
  const hasGrid = "levels" in anchors;
  if (outputs.kind === "joined") {
    const isPacked = outputs.packed !== undefined;
    if (isPacked !== (outputs.scores === outputs.deltas)) {
      faults.push(
        `outputs.packed: must be set exactly where outputs.scores and outputs.deltas are equal: ` +
          `they are "${outputs.scores}" and "${outputs.deltas}"`,
      );
    }
  }
  if (outputs.kind === "levels" && !hasGrid) {
    faults.push(
      `anchors.kind: must be "sizes" or "shapes" where outputs.kind is "levels": ` +
        `it is "${anchors.kind}"`,
    );
  }
  if ((boxes.kind === "decoded") !== (anchors.kind === "none")) {
    faults.push(
      `anchors.kind: must be "none" exactly where boxes.kind is "decoded": ` +
        `they are "${anchors.kind}" and "${boxes.kind}"`,
    );
  }
  if (postprocess.clip === "grid-pixels" && !hasGrid) {
    faults.push(`postprocess.clip: "grid-pixels" needs a grid: anchors.kind is "${anchors.kind}"`);
  }
  return faults;
}
