import type { CommandIo } from "../shared/run_command.ts";

/** Image that a command reads. */
export interface ImageSource {
  /** Path or URL as messages show it; `-` for standard input. */
  readonly name: string;
  /** Path of the local file. Unset: the image comes from standard input or a URL. */
  readonly path?: string | undefined;
  /** Path of a file in an output folder, with `/` between its parts: the image's own file name. */
  readonly relativePath: string;
  /**
   * Reads the encoded image.
   *
   * @throws {Error} If it cannot be read. The message tells the user why.
   */
  readonly read: () => Promise<Uint8Array<ArrayBuffer>>;
}

/** Options of commands that read images. */
export interface InputOptions {
  /** Channels of the command: standard input may be an image. */
  readonly io: CommandIo;
  /** Folders whose images are left out when a folder or a glob is expanded. */
  readonly outputFolders?: readonly string[];
}
