/** Version of the project; a test holds it equal to `deno.json`. */
export const VERSION = "0.2.0";
