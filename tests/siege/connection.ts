/** Raw TCP connection of an attacker. */
export interface RawConnection extends Disposable {
  /** Sends text or bytes. Resolves with false once the server has closed the connection. */
  send(data: string | Uint8Array<ArrayBuffer>): Promise<boolean>;
  /** Reads until the server closes the connection, and drops what it reads. */
  drain(): Promise<void>;
}

/** Opens a connection, or returns undefined if the server takes none. */
export async function open(url: string): Promise<RawConnection | undefined> {
  const { hostname, port } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) }).catch(() => undefined);
  if (connection === undefined) return undefined;
  const encoder = new TextEncoder();
  return {
    async send(data) {
      const bytes = typeof data === "string" ? encoder.encode(data) : data;
      try {
        for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
        return true;
      } catch {
        return false;
      }
    },
    async drain() {
      const bytes = new Uint8Array(65_536);
      while (await connection.read(bytes).catch(() => null) !== null);
    },
    [Symbol.dispose]() {
      try {
        connection.close();
      } catch {
        // The server has closed it.
      }
    },
  };
}

/** Header of an upload. */
export function head(path: string, ...lines: readonly string[]): string {
  return [`POST ${path} HTTP/1.1`, "Host: a", ...lines].map((line) => `${line}\r\n`).join("") +
    "\r\n";
}

/** Waits for a number of seconds. */
export function wait(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}

/** Runs a task as several clients at once. */
export async function clients(count: number, task: (i: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, i) => task(i)));
}
