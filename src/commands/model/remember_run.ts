import type { Feeds, Session, Tensor } from "../../ports/session.ts";

/**
 * Returns a session that remembers its first run. Later runs with the same inputs return the
 * outputs of the first run.
 *
 * Most variations of a manifest change only the postprocessing, so that the graph need not run
 * again. One run is remembered, because the outputs of large images take up to 100 MB.
 */
export function rememberRun(session: Session): Session {
  let first: { readonly feeds: Feeds; readonly outputs: Record<string, Tensor> } | null = null;
  return {
    ...session,
    async run(feeds) {
      if (first !== null && areEqual(first.feeds, feeds)) return first.outputs;
      // Copied before the run, because an engine may take the buffers.
      const copy = first === null ? structuredClone(feeds) : feeds;
      const outputs = await session.run(feeds);
      first ??= { feeds: copy, outputs };
      return outputs;
    },
  };
}

/** Returns true if both runs have the same inputs. */
function areEqual(some: Feeds, others: Feeds): boolean {
  const names = Object.keys(some);
  return names.length === Object.keys(others).length && names.every((name) => {
    const [a, b] = [some[name], others[name]];
    return a !== undefined && b !== undefined && a.type === b.type &&
      a.shape.join() === b.shape.join() && areSame(bytesOf(a.data), bytesOf(b.data));
  });
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView<ArrayBufferLike>): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function areSame(some: Uint8Array, others: Uint8Array): boolean {
  return some.length === others.length && some.every((byte, i) => byte === others[i]);
}
