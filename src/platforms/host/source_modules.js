// @ts-self-types="./source_modules.d.ts"
// Source phase imports, with which Deno compiles wasm that is not a file on disk (no node_modules
// folder, or this package from JSR). Plain JavaScript, because TypeScript does not support them yet.
import source jpeg from "../../codecs/jpeg.wasm";
import source png from "../../codecs/png.wasm";
import source webp from "icodec/webp-dec.wasm";
import source avif from "icodec/avif-dec.wasm";
import source libheif from "libheif-js/libheif-wasm/libheif.wasm";

export { avif, jpeg, png, webp };

export function heic() {
  return libheif;
}
