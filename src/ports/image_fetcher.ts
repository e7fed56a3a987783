/** Fetches images from URLs that clients name. */
export interface ImageFetcher {
  /**
   * Fetches the bytes of an image, without checking that they are an image.
   *
   * @param url URL as the client sent it.
   * @param signal Cancels the fetch. Unset: the fetch cannot be cancelled.
   * @param onBytes Called with the number of bytes that have just arrived. If this function throws
   *   an error, the fetch ends. Unset: not called.
   * @throws {DomainError} `url-not-allowed`, `url-failed` or `too-many-bytes`.
   */
  fetch(
    url: string,
    signal?: AbortSignal,
    onBytes?: (bytes: number) => void,
  ): Promise<Uint8Array<ArrayBuffer>>;
}
