// @ts-self-types="./source_modules.d.ts"
// Where a package's files are no files to us, as in Deno without a folder of packages, it compiles
// them itself. Plain JavaScript, as TypeScript does not know of sources yet.
import source jpeg from "imagescript/wasm/any/jpeg.wasm";
import source png from "imagescript/wasm/any/png.wasm";
import source gif from "imagescript/wasm/any/gif.wasm";
import source webp from "icodec/webp-dec.wasm";
import source avif from "icodec/avif-dec.wasm";

export { avif, gif, jpeg, png, webp };
