/** Version of the project. A test checks that it equals the version in `deno.json`. */
export const VERSION = "0.2.0";
