import { readFile } from "node:fs/promises";
import { createDetector } from "retinanet-edge";

const image = new Blob([await readFile(process.argv[2])]);
const detector = await createDetector({ model: "everyday8", engine: "wasm", threads: 1 });
const { detections: found } = await detector.detect(image);
await detector.close();
console.log(JSON.stringify({ found }));
