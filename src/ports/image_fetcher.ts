/** Brings images from addresses that strangers name. */
export interface ImageFetcher {
  /**
   * Fetches an image; what its bytes are is for others to find out.
   *
   * @param signal Ends the fetch when whoever asked for it is gone.
   * @throws {DomainError} `url-not-allowed`, `url-failed` or `too-many-bytes`.
   */
  fetch(url: string, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}
