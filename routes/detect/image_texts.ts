import { DomainError } from "../../src/core/domain_error.ts";
import { GrowingBytes } from "../http/growing_bytes.ts";
import type { TextSink } from "../http/json_splitter.ts";
import { ImageTextDecoder } from "./image_text.ts";

/**
 * Decoder of the images in a JSON body, which are base64 texts or data URLs. Decodes each image
 * while the body arrives.
 *
 * In the JSON, the index of each image replaces the text of the image. After the JSON is parsed,
 * this index leads to the decoded image, even if the JSON repeats a key.
 */
export class ImageTexts implements TextSink {
  readonly #maxImages: number;
  readonly #expectedBytes: number;
  readonly #onBytes: (bytes: number) => void;
  readonly #decoders: ImageTextDecoder[] = [];

  /**
   * Creates a decoder.
   *
   * @param maxImages Maximum number of images.
   * @param expectedBytes Expected bytes of all images together.
   * @param onBytes Called with the number of bytes that have just been decoded.
   */
  constructor(maxImages: number, expectedBytes: number, onBytes: (bytes: number) => void) {
    this.#maxImages = maxImages;
    this.#expectedBytes = expectedBytes;
    this.#onBytes = onBytes;
  }

  /** Index of the last image. The index replaces the text of the image in the JSON. */
  get placeholder(): string {
    return String(this.#decoders.length - 1);
  }

  /**
   * Called at the start of the text of an image.
   *
   * @throws {DomainError} `malformed-request` if there are too many images.
   */
  start(): void {
    if (this.#decoders.length === this.#maxImages) {
      throw new DomainError(
        "malformed-request",
        `Cannot read the body as it may have at most ${this.#maxImages} image${
          this.#maxImages === 1 ? "" : "s"
        }: it has more`,
      );
    }
    const decoder = new ImageTextDecoder(new GrowingBytes(this.#expectedBytes, this.#onBytes));
    decoder.start();
    this.#decoders.push(decoder);
  }

  /** Decodes a piece of the text of the last image. */
  write(piece: Uint8Array): void {
    this.#decoders.at(-1)!.write(piece);
  }

  /**
   * Returns the bytes of an image.
   *
   * @param placeholder Value that replaces the text of the image in the JSON.
   * @throws {DomainError} `malformed-request` if the text is neither base64 nor a data URL.
   * @throws {DomainError} `no-image` if the text is empty.
   */
  bytesOf(placeholder: string): Uint8Array<ArrayBuffer> {
    const decoder = this.#decoders[Number(placeholder)]!;
    if (!decoder.isEmpty) return decoder.end();
    throw new DomainError("no-image", "Cannot detect as the text of the image is empty");
  }
}
