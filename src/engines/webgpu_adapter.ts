/** Part of a WebGPU adapter that is used; not every runtime has types for `navigator.gpu`. */
export interface Adapter {
  /** Description of the adapter. Unset: the runtime does not tell. */
  readonly info?: {
    readonly description?: string;
    readonly architecture?: string;
    readonly isFallbackAdapter?: boolean;
  };
  /** True if the adapter is software, in browsers whose `info` does not say so. */
  readonly isFallbackAdapter?: boolean;
}

/** Returns the adapter that WebGPU would use, or null if there is none. */
export async function requestAdapter(): Promise<Adapter | null> {
  const { navigator } = globalThis as unknown as {
    navigator?: { readonly gpu?: { requestAdapter(): Promise<Adapter | null> } };
  };
  return await navigator?.gpu?.requestAdapter() ?? null;
}

/** Returns the reason why `auto` skips the adapter, or null. Software is slower than the CPU engine. */
export async function adapterFault(): Promise<string | null> {
  const adapter = await requestAdapter();
  const { info } = adapter ?? {};
  const isSoftware = info?.isFallbackAdapter ?? adapter?.isFallbackAdapter ?? false;
  // Browsers may hide the description.
  return isSoftware ? `the adapter is software (${info?.description || info?.architecture})` : null;
}
