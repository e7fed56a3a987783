import { DomainError } from "../../src/core/domain_error.ts";
import { GrowingBytes } from "../http/growing_bytes.ts";
import type { TextSink } from "../http/json_splitter.ts";
import { ImageTextDecoder } from "./image_text.ts";

/**
 * Decodes the images of a JSON body, in base64 or as data URLs, while their texts arrive.
 *
 * In the JSON, the index of each image stands in place of its text. So an image is found by its
 * place in the JSON, even if a key is repeated.
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
   * @param onBytes Called with the number of new bytes.
   */
  constructor(maxImages: number, expectedBytes: number, onBytes: (bytes: number) => void) {
    this.#maxImages = maxImages;
    this.#expectedBytes = expectedBytes;
    this.#onBytes = onBytes;
  }

  /** Index of the last image. */
  get placeholder(): string {
    return String(this.#decoders.length - 1);
  }

  /**
   * Starts an image.
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

  /** Decodes a piece of the last image. */
  write(piece: Uint8Array): void {
    this.#decoders.at(-1)!.write(piece);
  }

  /**
   * Returns the bytes of an image.
   *
   * @param placeholder Value in the JSON, in place of the image.
   * @throws {DomainError} `malformed-request` if the text is neither base64 nor a data URL.
   * @throws {DomainError} `no-image` if the text is empty.
   */
  bytesOf(placeholder: string): Uint8Array<ArrayBuffer> {
    const decoder = this.#decoders[Number(placeholder)]!;
    if (!decoder.isEmpty) return decoder.end();
    throw new DomainError("no-image", "Cannot detect as the text of the image is empty");
  }
}
