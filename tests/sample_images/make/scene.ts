import { encodeJpeg } from "../encode_jpeg.ts";
import { drawScene } from "../fruit_scene.ts";

// Draws scene.jpg: deno run -A --lock=tests/deno.lock tests/sample_images/make/scene.ts
const file = new URL("../scene.jpg", import.meta.url);
await Deno.writeFile(file, await encodeJpeg(drawScene(1920, 1080)));
