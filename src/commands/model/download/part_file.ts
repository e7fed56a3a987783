import { constants } from "node:fs";
import { type FileHandle, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";

/** Source of the bytes of a part. */
export interface PartSource {
  /** URL of the request. */
  readonly url: string;
  /** Validator of this version of the file, for `If-Range`. Unset: the server sent none. */
  readonly validator?: string | undefined;
  /** Bytes of the whole file. Unset: unknown. */
  readonly total?: number | undefined;
}

/**
 * Partly downloaded file: its bytes in `FILE.part`, their source in `FILE.source.part`.
 *
 * Both stay on disk when the process ends, so that another process can resume.
 */
export class PartFile {
  readonly #target: string;
  readonly #handle: FileHandle;
  #size: number;
  #source: PartSource | undefined;
  #closed = false;

  /**
   * Opens the part of a file, or creates an empty one.
   *
   * @param target Path of the file.
   */
  static async open(target: string): Promise<PartFile> {
    const path = bytesPath(target);
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT).catch((error) => {
      throw cannotWrite(path, error);
    });
    const { size } = await handle.stat();
    return new PartFile(target, handle, size, await readSource(target));
  }

  private constructor(
    target: string,
    handle: FileHandle,
    size: number,
    source: PartSource | undefined,
  ) {
    this.#target = target;
    this.#handle = handle;
    this.#size = size;
    this.#source = source;
  }

  /** Path of the bytes. */
  get path(): string {
    return bytesPath(this.#target);
  }

  /** Number of bytes on disk. */
  get size(): number {
    return this.#size;
  }

  /** Source of the bytes; undefined if it is not recorded. */
  get source(): PartSource | undefined {
    return this.#source;
  }

  /** Discards the bytes and records the source of those to come. */
  async restart(source: PartSource): Promise<void> {
    // Bytes first: if the process ends in between, no old bytes are attributed to the new source.
    if (this.#size > 0) await this.#handle.truncate(0);
    this.#size = 0;
    this.#source = source;
    await writeFile(sourcePath(this.#target), JSON.stringify(source));
  }

  /** Appends bytes. */
  async append(chunk: Uint8Array): Promise<void> {
    try {
      for (let start = 0; start < chunk.length;) {
        const left = chunk.length - start;
        const { bytesWritten } = await this.#handle.write(chunk, start, left, this.#size);
        start += bytesWritten;
        this.#size += bytesWritten;
      }
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
  }

  /** Renames the part to the file, after its bytes are flushed to disk. */
  async keep(): Promise<void> {
    await this.#handle.sync();
    await this.#handle.close();
    this.#closed = true;
    await rename(this.path, this.#target);
    await syncFolder(dirname(this.#target));
    await rm(sourcePath(this.#target), { force: true });
  }

  /** Closes the part and keeps it for the next download. Deletes an empty one. */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#handle.close();
    this.#closed = true;
    if (this.#size === 0) await deletePart(this.#target);
  }
}

/** Returns the bytes of the part of a file; 0 if it has none. */
export async function partSize(target: string): Promise<number> {
  return await stat(bytesPath(target)).then(({ size }) => size, () => 0);
}

/** Deletes the part of a file, if it has one. */
export async function deletePart(target: string): Promise<void> {
  await rm(bytesPath(target), { force: true });
  await rm(sourcePath(target), { force: true });
}

function bytesPath(target: string): string {
  return `${target}.part`;
}

function sourcePath(target: string): string {
  return `${target}.source.part`;
}

/** Reads the recorded source. Returns undefined if it is missing or was written only in part. */
async function readSource(target: string): Promise<PartSource | undefined> {
  try {
    const source = JSON.parse(await readFile(sourcePath(target), "utf8")) as PartSource;
    return typeof source.url === "string" ? source : undefined;
  } catch {
    return undefined;
  }
}

/** Flushes a folder, so that a rename in it is durable. Not every system can open folders. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

function cannotWrite(path: string, error: unknown): Error {
  const { code = "", message } = error as { code?: string; message: string };
  const reason = ["ENOSPC", "EDQUOT"].includes(code)
    ? "the disk is full: make room, then the same command resumes"
    : ["EACCES", "EPERM", "EROFS"].includes(code)
    ? `it is not writable (${code})`
    : message;
  return new Error(`Cannot write ${basename(path)} as ${reason}`, { cause: error });
}
