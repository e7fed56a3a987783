/** A server that was started as a program of its own. */
export interface Host extends AsyncDisposable {
  /** Where it listens. */
  readonly url: string;
  /** Of the process. */
  readonly pid: number;
  /** Ends it as a platform does, by SIGTERM; gives its exit code. */
  stop(): Promise<number>;
}

/** How a server is started. */
export interface HostOptions {
  /** The program. */
  readonly command: string;
  /** Its arguments. */
  readonly args: readonly string[];
  /** Where it starts. */
  readonly cwd?: string;
  /** Where it tells its address; standard output where absent. */
  readonly tells?: "stdout" | "stderr";
  /** Settings, beside a free port. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts a server; returns once it has told where it listens, which `retinanet-edge` does when its models are ready. */
export async function startHost(options: HostOptions): Promise<Host> {
  const { command, args, cwd, environment, tells = "stdout" } = options;
  const process = new Deno.Command(command, {
    args: [...args],
    cwd,
    env: { PORT: "0", ...environment },
    stdout: tells === "stdout" ? "piped" : "null",
    stderr: tells === "stderr" ? "piped" : "inherit",
  }).spawn();
  const output = process[tells];
  let isOver = false;
  const stop = async () => {
    if (!isOver) process.kill("SIGTERM");
    isOver = true;
    await output.cancel();
    return (await process.status).code;
  };
  try {
    const url = await firstAddress(output);
    return { url, pid: process.pid, stop, [Symbol.asyncDispose]: async () => void await stop() };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function firstAddress(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream.values({ preventCancel: true })) {
    text += decoder.decode(chunk, { stream: true });
    const address = text.match(/http:\/\/[\w.-]+:\d+/)?.[0];
    if (address) return address;
  }
  throw new Error(`it ended without an address: ${text}`);
}
