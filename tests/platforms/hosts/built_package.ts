import { buildPackage } from "../../../packaging/build_package.ts";
import { builtOnce } from "../../built_once.ts";

/**
 * Builds the npm package inside the project, where it finds its dependencies in `node_modules`.
 *
 * Each state of the sources gets a folder of its own, so that no build changes the files of a
 * running server.
 *
 * @returns URL of the package's folder.
 */
export function builtPackage(): Promise<URL> {
  return builtOnce("hosts", buildPackage);
}
