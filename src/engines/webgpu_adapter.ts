/**
 * WebGPU adapter, with only the fields that this file reads. This file declares their types,
 * because some runtimes have no types for `navigator.gpu`.
 */
export interface Adapter {
  /** Description of the adapter. Unset: the runtime does not describe its adapters. */
  readonly info?: {
    readonly description?: string;
    readonly architecture?: string;
    readonly isFallbackAdapter?: boolean;
  };
  /**
   * True if the adapter runs in software. Older browsers set this field instead of the field in
   * `info`.
   */
  readonly isFallbackAdapter?: boolean;
}

/** Returns the default adapter of WebGPU, or null if the runtime has no adapter. */
export async function requestAdapter(): Promise<Adapter | null> {
  const { navigator } = globalThis as unknown as {
    navigator?: { readonly gpu?: { requestAdapter(): Promise<Adapter | null> } };
  };
  return await navigator?.gpu?.requestAdapter() ?? null;
}

/**
 * Returns the reason why the engine choice `auto` skips WebGPU, or null to try WebGPU. An adapter
 * that runs in software is skipped, because it is slower than the WebAssembly engine.
 */
export async function adapterFault(): Promise<string | null> {
  const adapter = await requestAdapter();
  const { info } = adapter ?? {};
  const isSoftware = info?.isFallbackAdapter ?? adapter?.isFallbackAdapter ?? false;
  // Some browsers leave the description empty. The message then names the architecture.
  return isSoftware ? `the adapter is software (${info?.description || info?.architecture})` : null;
}
