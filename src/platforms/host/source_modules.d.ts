/** JPEG decoder of this project. */
export const jpeg: WebAssembly.Module;
/** PNG decoder of this project. */
export const png: WebAssembly.Module;
/** WebP decoder of the package icodec. */
export const webp: WebAssembly.Module;
/** AVIF decoder of the package icodec. */
export const avif: WebAssembly.Module;
/** Returns the HEIC decoder of the package libheif-js. */
export function heic(): WebAssembly.Module;
