import { APPLE_SKIN, drawFruit, ORANGE_SKIN } from "../draw_fruit.ts";
import { encodePng } from "../encode_png.ts";

// Draws the README's image: deno run -A tests/sample_images/make/fruit_bowl.ts fruit.png
// Its boxes come from the project's own command: deno task detect --svg fruit.png
const [file] = Deno.args;
if (file === undefined) throw new TypeError("Cannot draw as a file must be named");
await Deno.writeFile(
  file,
  encodePng(drawFruit(640, 480, [
    { x: 170, y: 250, radius: 110, skin: ORANGE_SKIN },
    { x: 450, y: 280, radius: 120, skin: APPLE_SKIN },
  ])),
);
