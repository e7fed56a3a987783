import type { CommandIo } from "../shared/run_command.ts";

/** Image that a command reads. */
export interface ImageSource {
  /** Path or URL of the image, for messages. `-`: standard input. */
  readonly name: string;
  /** Path of the local file. Unset: the image comes from standard input or a URL. */
  readonly path?: string | undefined;
  /**
   * Relative path for the results of this image in an output folder, with `/` between the parts.
   * Ends with the file name of the image.
   */
  readonly relativePath: string;
  /**
   * Reads the encoded image.
   *
   * @throws {Error} If the image cannot be read. The message tells the user why.
   */
  readonly read: () => Promise<Uint8Array<ArrayBuffer>>;
}

/** Options of commands that read images. */
export interface InputOptions {
  /** Input and outputs of the command. An image may come from standard input. */
  readonly io: CommandIo;
  /**
   * Output folders of the command. The images in these folders are left out if an argument is a
   * folder or a glob.
   */
  readonly outputFolders?: readonly string[];
}
