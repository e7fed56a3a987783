import { constants } from "node:fs";
import { type FileHandle, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";

/** Where the bytes of a part come from. */
export interface PartSource {
  /** Address that was asked. */
  readonly url: string;
  /** What names these very bytes there, for `If-Range`. */
  readonly validator?: string;
  /** Size of the whole. */
  readonly total?: number;
}

/**
 * A file that is not all there yet: its bytes in `FILE.part`, their source in `FILE.source.part`.
 *
 * Both outlive the process, so that another one can go on.
 */
export class PartFile {
  readonly #target: string;
  readonly #handle: FileHandle;
  #size: number;
  #source: PartSource | undefined;
  #closed = false;

  /** Opens the part of a file, or begins one. */
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

  /** Bytes that are there. */
  get size(): number {
    return this.#size;
  }

  /** Where they come from; undefined if nobody knows any more. */
  get source(): PartSource | undefined {
    return this.#source;
  }

  /** Throws away what is there, for bytes from another source. */
  async restart(source: PartSource): Promise<void> {
    // Bytes go before their source does: a process that ends in between leaves none that could be
    // taken for the new source's.
    if (this.#size > 0) await this.#handle.truncate(0);
    this.#size = 0;
    this.#source = source;
    await writeFile(sourcePath(this.#target), JSON.stringify(source));
  }

  /** Adds bytes at the end. */
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

  /** Makes the part the file: its bytes are on the disk before it has the name. */
  async keep(): Promise<void> {
    await this.#handle.sync();
    await this.#handle.close();
    this.#closed = true;
    await rename(this.path, this.#target);
    await syncFolder(dirname(this.#target));
    await rm(sourcePath(this.#target), { force: true });
  }

  /** Leaves what is there for another time; of an empty part, nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#handle.close();
    this.#closed = true;
    if (this.#size === 0) await deletePart(this.#target);
  }
}

/** Bytes that are there of a file that is not all there; 0 if it has no part. */
export async function partSize(target: string): Promise<number> {
  return await stat(bytesPath(target)).then(({ size }) => size, () => 0);
}

/** Deletes what is there of a file that is not all there. */
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

/** A process that was stopped while it wrote the source leaves one that is no JSON. */
async function readSource(target: string): Promise<PartSource | undefined> {
  try {
    const source = JSON.parse(await readFile(sourcePath(target), "utf8")) as PartSource;
    return typeof source.url === "string" ? source : undefined;
  } catch {
    return undefined;
  }
}

/** A new name is safe once its folder is on the disk; not every system lets folders be opened. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

function cannotWrite(path: string, error: unknown): Error {
  const { code = "", message } = error as { code?: string; message: string };
  const reason = ["ENOSPC", "EDQUOT"].includes(code)
    ? "the disk is full: make room, then the same command goes on from what is there"
    : ["EACCES", "EPERM", "EROFS"].includes(code)
    ? `nobody may write there (${code})`
    : message;
  return new Error(`Cannot write ${basename(path)} as ${reason}`, { cause: error });
}
