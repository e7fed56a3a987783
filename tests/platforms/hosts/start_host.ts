/** Server that runs as a process. */
export interface Host extends AsyncDisposable {
  /** URL of the server. */
  readonly url: string;
  /** Process id. */
  readonly pid: number;
  /** Stops the process with SIGTERM, and returns its exit code. */
  stop(): Promise<number>;
}

/** Options of {@linkcode startHost}. */
export interface HostOptions {
  /** Path of the program. */
  readonly command: string;
  /** Arguments of the program. */
  readonly args: readonly string[];
  /** Working directory. Unset: that of the tests. */
  readonly cwd?: string;
  /**
   * Stream on which the server prints its URL.
   *
   * @default "stdout"
   */
  readonly output?: "stdout" | "stderr";
  /** Environment variables, beside a free PORT. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Starts a server. Returns after it has printed its URL; `retinanet-edge` prints it when its models
 * are ready.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const { command, args, cwd, environment, output = "stdout" } = options;
  const process = new Deno.Command(command, {
    args: [...args],
    ...(cwd !== undefined && { cwd }),
    env: { PORT: "0", ...environment },
    stdout: output === "stdout" ? "piped" : "null",
    stderr: output === "stderr" ? "piped" : "inherit",
  }).spawn();
  const stream = process[output];
  let isOver = false;
  const stop = async () => {
    if (!isOver) process.kill("SIGTERM");
    isOver = true;
    await stream.cancel();
    return (await process.status).code;
  };
  try {
    const url = await firstUrl(stream);
    return { url, pid: process.pid, stop, [Symbol.asyncDispose]: async () => void await stop() };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function firstUrl(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream.values({ preventCancel: true })) {
    text += decoder.decode(chunk, { stream: true });
    const url = text.match(/http:\/\/[\w.-]+:\d+/)?.[0];
    if (url) return url;
  }
  throw new Error(`The server ended without a URL: ${text}`);
}
