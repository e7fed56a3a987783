import { Unzip, type UnzipFile, UnzipInflate } from "fflate";
import { ByteList } from "../../src/core/byte_list.ts";
import { DomainError, tooManyBytes } from "../../src/core/domain_error.ts";
import type { BatchImage, BatchOptions } from "./batch_image.ts";

/**
 * Number of bytes of the archive that are decompressed in one step. Data that was compressed with
 * Deflate becomes at most 1032 times as long, so one step yields at most 4 MB.
 */
const STEP = 4096;

/** Pattern of paths that are not images: metadata of macOS, hidden files and folders. */
const NO_IMAGE = /(^|[/\\])(__MACOSX[/\\]|\.[^/\\]*$)|[/\\]$/;

/** Compression methods that are decompressed: stored and Deflate (APPNOTE 4.4.5). */
const METHODS: readonly number[] = [0, 8];

/** Maximum number of files in an archive, as a multiple of the maximum number of images. */
const FILES_PER_IMAGE = 10;

/**
 * Yields the files of a ZIP archive in the order of the archive. Decompresses one file at a time.
 * For a file that is too large or damaged, yields an image whose `read()` rejects.
 *
 * Nothing is written to a disk, so the paths in an archive have no effect.
 *
 * @throws {DomainError} `malformed-request` if the archive is broken or has too many files;
 *   `too-many-bytes` if its files have more than `maxBatchBytes` together.
 */
export async function* zipImages(
  archive: Uint8Array,
  options: Omit<BatchOptions, "bodyTimeoutMs" | "fetchLimit">,
): AsyncGenerator<BatchImage> {
  const done: BatchImage[] = [];
  const reader = new FileReader(options, (image) => done.push(image));
  const unzip = new Unzip((file) => reader.open(file));
  unzip.register(UnzipInflate);
  for (let at = 0; at < archive.length; at += STEP) {
    const isLast = at + STEP >= archive.length;
    const isDamaged = !push(unzip, archive.subarray(at, at + STEP), isLast);
    const { fault } = reader;
    const isCut = reader.isOpen && (isLast || isDamaged);
    if (isCut) reader.end();
    yield* done.splice(0);
    if (fault !== undefined) throw fault;
    if (isCut) return;
    if (isDamaged) throw broken("its data is damaged");
    if (at % (64 * STEP) === 0) await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

/** Passes a piece of the archive to the decompressor. Returns false if the piece is damaged. */
function push(unzip: Unzip, piece: Uint8Array, isLast: boolean): boolean {
  try {
    unzip.push(piece, isLast);
    return true;
  } catch {
    return false;
  }
}

/** File of the archive whose end has not been read yet. */
interface OpenFile {
  readonly name: string;
  readonly bytes: ByteList;
  length: number;
}

/** Collects the bytes of each file, within the limits of a batch. */
class FileReader {
  readonly #options: Parameters<typeof zipImages>[1];
  readonly #onImage: (image: BatchImage) => void;
  #current: OpenFile | undefined;
  #files = 0;
  #images = 0;
  #total = 0;
  /** Error that ends reading the archive. Undefined: no such error has occurred. */
  fault: DomainError | undefined;

  constructor(options: Parameters<typeof zipImages>[1], onImage: (image: BatchImage) => void) {
    this.#options = options;
    this.#onImage = onImage;
  }

  /**
   * Starts to read the next file. Skips folders, and files whose names show that they are not
   * images.
   */
  open(file: UnzipFile): void {
    if (this.isOpen) this.end();
    const { maxBatch } = this.#options;
    if (++this.#files > FILES_PER_IMAGE * maxBatch) {
      this.fault ??= broken(`it must have at most ${FILES_PER_IMAGE * maxBatch} files`);
    }
    if (this.fault !== undefined || NO_IMAGE.test(file.name)) return;
    if (++this.#images > maxBatch) {
      this.fault = broken(`it must have at most ${maxBatch} images`);
      return;
    }
    const current = { name: file.name.slice(0, 255), bytes: new ByteList(), length: 0 };
    this.#current = current;
    // A file that is not started is skipped.
    if (!METHODS.includes(file.compression)) {
      const found = `a file in it has the compression method ${file.compression}`;
      return this.#fail(broken(`its files must be stored or deflated: ${found}`));
    }
    file.ondata = (error, chunk, isFinal) => this.#add(current, error, chunk, isFinal);
    file.start();
  }

  /** True if the end of a file has not been read yet. */
  get isOpen(): boolean {
    return this.#current !== undefined;
  }

  /** Reports the file that is open as damaged, because its end is missing. */
  end(): void {
    this.#fail(broken("a file in it ends too early"));
  }

  #add(file: OpenFile, error: Error | null, chunk: Uint8Array, isFinal: boolean): void {
    const { maxBytes, maxBatchBytes } = this.#options;
    if (error === null) this.#total += chunk.length;
    if (this.#total > maxBatchBytes) {
      this.fault ??= tooManyBytes(maxBatchBytes, "the files of the archive have more");
    }
    if (this.#current !== file) return;
    if (error !== null) return this.#fail(broken("a file in it is damaged, or needs a password"));
    file.length += chunk.length;
    if (file.length > maxBytes) return this.#fail(tooManyBytes(maxBytes, "the file has more"));
    file.bytes.add(chunk);
    if (!isFinal) return;
    this.#current = undefined;
    this.#onImage({ name: file.name, read: () => Promise.resolve(file.bytes.joined()) });
  }

  #fail(error: DomainError): void {
    const { name } = this.#current!;
    this.#current = undefined;
    this.#onImage({ name, read: () => Promise.reject(error) });
  }
}

function broken(why: string): DomainError {
  return new DomainError("malformed-request", `Cannot read the ZIP archive as ${why}`);
}
