import { constants } from "node:fs";
import { type FileHandle, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname } from "node:path";

/** Origin of the bytes of an incomplete download. */
export interface PartSource {
  /** URL of the request. */
  readonly url: string;
  /**
   * ETag or date that identifies this version of the file, for the header `If-Range`. Unset: the
   * server sent no usable ETag or date.
   */
  readonly validator?: string | undefined;
  /** Bytes of the whole file. Unset: unknown. */
  readonly total?: number | undefined;
}

/**
 * Incomplete download of a file. `FILE.part` contains the downloaded bytes. `FILE.source.part`
 * records the URL and the version of the file that the bytes come from.
 *
 * Both files stay on disk when the process ends, so another process can resume the download.
 */
export class PartFile {
  readonly #target: string;
  readonly #handle: FileHandle;
  #size: number;
  #source: PartSource | undefined;
  #closed = false;

  /**
   * Opens the incomplete download of a file. Creates an empty download if there is none.
   *
   * @param target Path of the complete file.
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

  /** Path of the file with the downloaded bytes. */
  get path(): string {
    return bytesPath(this.#target);
  }

  /** Number of bytes on disk. */
  get size(): number {
    return this.#size;
  }

  /** Origin of the bytes. Undefined: unknown. */
  get source(): PartSource | undefined {
    return this.#source;
  }

  /** Deletes the bytes on disk, and records the origin of the bytes that will be appended. */
  async restart(source: PartSource): Promise<void> {
    // Deletes the old bytes first. If the process ends before the new origin is recorded, no old
    // bytes remain on disk. Old bytes could be mistaken for bytes of the new origin.
    if (this.#size > 0) await this.#handle.truncate(0);
    this.#size = 0;
    this.#source = source;
    await writeFile(sourcePath(this.#target), JSON.stringify(source));
  }

  /** Appends bytes to the download. */
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

  /** Finishes the download: flushes the bytes to disk, then renames `FILE.part` to `FILE`. */
  async keep(): Promise<void> {
    await this.#handle.sync();
    await this.#handle.close();
    this.#closed = true;
    await rename(this.path, this.#target);
    await syncFolder(dirname(this.#target));
    await rm(sourcePath(this.#target), { force: true });
  }

  /**
   * Closes the file and leaves it on disk, so that a later download can resume. Deletes the file if
   * it is empty.
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#handle.close();
    this.#closed = true;
    if (this.#size === 0) await deletePart(this.#target);
  }
}

/** Returns how many bytes an incomplete download has stored. 0 if there is no such download. */
export async function partSize(target: string): Promise<number> {
  return await stat(bytesPath(target)).then(({ size }) => size, () => 0);
}

/** Deletes the incomplete download of a file, if there is one. */
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

/**
 * Reads the origin of the downloaded bytes. Returns undefined if the file that records the origin
 * is missing or incomplete.
 */
async function readSource(target: string): Promise<PartSource | undefined> {
  try {
    const source = JSON.parse(await readFile(sourcePath(target), "utf8")) as PartSource;
    return typeof source.url === "string" ? source : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Flushes a folder to disk, so that a renamed file survives a power failure. Ignores errors,
 * because some systems cannot open folders.
 */
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
