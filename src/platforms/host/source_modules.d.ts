/** Our own JPEG decoder. */
export const jpeg: WebAssembly.Module;
/** Our own PNG decoder. */
export const png: WebAssembly.Module;
/** icodec's WebP decoder. */
export const webp: WebAssembly.Module;
/** icodec's AVIF decoder. */
export const avif: WebAssembly.Module;
