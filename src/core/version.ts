/** Version of the project. A test checks that `deno.json` has the same version. */
export const VERSION = "0.2.0";
