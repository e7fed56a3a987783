import { hostProject } from "./host_project.ts";
import { type Ask, SAME } from "./same_answers.ts";
import { startHost } from "./start_host.ts";

/** Server of a program of `project/`, which imports an entry of the npm package. */
export interface Entry extends AsyncDisposable {
  /** URL of the server. */
  readonly url: string;
  /** Sends a request to the server. */
  readonly ask: Ask;
  /** Waits until the models have loaded. */
  ready(): Promise<void>;
}

/** Starts a program of `project/` in a user's project. */
export async function startEntry(command: string, args: readonly string[]): Promise<Entry> {
  const project = await hostProject();
  const host = await startHost({
    command,
    args,
    cwd: project.folder,
    environment: SAME,
    output: command === Deno.execPath() ? "stderr" : "stdout",
  });
  const ask: Ask = (path, init) => fetch(`${host.url}${path}`, init);
  return {
    url: host.url,
    ask,
    ready: () => ready(ask),
    async [Symbol.asyncDispose]() {
      await host.stop();
      await project[Symbol.asyncDispose]();
    },
  };
}

async function ready(ask: Ask): Promise<void> {
  for (;;) {
    const response = await ask("/readyz");
    await response.body?.cancel();
    if (response.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
