/** What is known of a request while it is answered. */
export interface AppEnv {
  /** By Hono's `context.get()`. */
  readonly Variables: {
    /** The client's own id where it is sane, else a new one. */
    requestId: string;
    /** Name of the API key that the request came with. */
    keyName?: string;
    /** Bytes of the body that were read. */
    bytesIn?: number;
    /** Whether it is one of the Open Inference Protocol, which has a form of its own for errors. */
    isOpenInference?: boolean;
  };
}
