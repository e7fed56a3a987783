/** As much of a WebGPU adapter as is looked at; not every runtime types `navigator.gpu`. */
export interface Adapter {
  /** What it is. */
  readonly info?: {
    readonly description?: string;
    readonly architecture?: string;
    readonly isFallbackAdapter?: boolean;
  };
  /** Whether it is software, where `info` does not tell. */
  readonly isFallbackAdapter?: boolean;
}

/** The adapter that WebGPU would run on; null where there is none. */
export async function requestAdapter(): Promise<Adapter | null> {
  const { navigator } = globalThis as unknown as {
    navigator?: { readonly gpu?: { requestAdapter(): Promise<Adapter | null> } };
  };
  return await navigator?.gpu?.requestAdapter() ?? null;
}

/** Why `auto` should not run on the adapter, or null: the CPU's own engine is faster than software. */
export async function adapterFault(): Promise<string | null> {
  const adapter = await requestAdapter();
  const { info } = adapter ?? {};
  const isSoftware = info?.isFallbackAdapter ?? adapter?.isFallbackAdapter ?? false;
  // Browsers keep the description to themselves.
  return isSoftware ? `the adapter is software (${info?.description || info?.architecture})` : null;
}
