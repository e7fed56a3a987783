import { drawFruit, ORANGE_SKIN } from "../draw_fruit.ts";
import { encodePng } from "../encode_png.ts";

// Draws the README's image: deno run -A tests/sample_images/make/fruit_bowl.ts fruit.png
// The boxes are our own tool's: deno task detect --svg fruit.png
const APPLE_SKIN = [200, 30, 35] as const;
const [file] = Deno.args;
await Deno.writeFile(
  file,
  encodePng(drawFruit(640, 480, [
    { x: 170, y: 250, radius: 110, skin: ORANGE_SKIN },
    { x: 450, y: 280, radius: 120, skin: APPLE_SKIN },
  ])),
);
