import { DomainError } from "../../src/core/domain_error.ts";
import { GrowingBytes } from "../http/growing_bytes.ts";
import type { TextSink } from "../http/json_splitter.ts";
import type { Base64Alphabet } from "./base64_decoder.ts";
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
  readonly #alphabet: Base64Alphabet;
  /** Decoder of the last image. Undefined: its text has ended, or no image has started. */
  #decoder: ImageTextDecoder | undefined;
  /** Results of the images before the last. */
  readonly #ended: EndedText[] = [];

  /**
   * Creates a decoder.
   *
   * @param maxImages Maximum number of images.
   * @param expectedBytes Expected bytes of all images together.
   * @param onBytes Called with the number of bytes that have just been decoded.
   * @param alphabet Characters of base64 that the decoder accepts.
   */
  constructor(
    maxImages: number,
    expectedBytes: number,
    onBytes: (bytes: number) => void,
    alphabet: Base64Alphabet = "standard",
  ) {
    this.#maxImages = maxImages;
    this.#expectedBytes = expectedBytes;
    this.#onBytes = onBytes;
    this.#alphabet = alphabet;
  }

  /** Index of the last image. The index replaces the text of the image in the JSON. */
  get placeholder(): string {
    return String(this.#ended.length);
  }

  /**
   * Called at the start of the text of an image.
   *
   * @throws {DomainError} `malformed-request` if there are too many images.
   */
  start(): void {
    this.#endLast();
    if (this.#ended.length === this.#maxImages) {
      throw new DomainError(
        "malformed-request",
        `Cannot read the body as it may have at most ${this.#maxImages} image${
          this.#maxImages === 1 ? "" : "s"
        }: it has more`,
      );
    }
    const out = new GrowingBytes(this.#expectedBytes, this.#onBytes);
    this.#decoder = new ImageTextDecoder(out, this.#alphabet);
    this.#decoder.start();
  }

  /** Decodes a piece of the text of the last image. */
  write(piece: Uint8Array): void {
    this.#decoder!.write(piece);
  }

  /**
   * Returns the bytes of an image.
   *
   * @param placeholder Value that replaces the text of the image in the JSON.
   * @throws {DomainError} `malformed-request` if the text is neither base64 nor a data URL.
   * @throws {DomainError} `no-image` if the text is empty.
   */
  bytesOf(placeholder: string): Uint8Array<ArrayBuffer> {
    return this.#endedAt(placeholder).bytes();
  }

  /** Returns true if the text of an image is empty. */
  isEmpty(placeholder: string): boolean {
    return this.#endedAt(placeholder).isEmpty;
  }

  #endedAt(placeholder: string): EndedText {
    this.#endLast();
    return this.#ended[Number(placeholder)]!;
  }

  /**
   * Ends the text of the last image, and drops its decoder. The buffer of a decoder may be several
   * times as large as the image.
   */
  #endLast(): void {
    if (this.#decoder === undefined) return;
    this.#ended.push(endedText(this.#decoder));
    this.#decoder = undefined;
  }
}

/** Text of an image that has been read to its end. */
interface EndedText {
  readonly isEmpty: boolean;
  /** Returns the decoded image, or throws the error of its text. */
  readonly bytes: () => Uint8Array<ArrayBuffer>;
}

function endedText(decoder: ImageTextDecoder): EndedText {
  const { isEmpty } = decoder;
  try {
    if (isEmpty) {
      throw new DomainError("no-image", "Cannot detect as the text of the image is empty");
    }
    const bytes = decoder.end();
    return { isEmpty, bytes: () => bytes };
  } catch (error) {
    return {
      isEmpty,
      bytes: () => {
        throw error;
      },
    };
  }
}
