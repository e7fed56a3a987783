/** Our own JPEG decoder. */
export const jpeg: WebAssembly.Module;
/** imagescript's PNG decoder. */
export const png: WebAssembly.Module;
/** imagescript's GIF decoder. */
export const gif: WebAssembly.Module;
/** icodec's WebP decoder. */
export const webp: WebAssembly.Module;
/** onnxruntime-web's CPU engine. */
export const onnxruntime: WebAssembly.Module;
