/** Output of a program, standard error first. */
export interface Said {
  readonly success: boolean;
  readonly said: string;
}

/** Runs a program. */
export async function run(program: string, args: readonly string[], input = ""): Promise<Said> {
  const child = new Deno.Command(program, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const output = child.output();
  const writer = child.stdin.getWriter();
  // A program that does not read its input may have ended already.
  await writer.write(new TextEncoder().encode(input)).then(() => writer.close()).catch(() => {});
  const { success, stdout, stderr } = await output;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { success, said: text(stderr) + text(stdout) };
}
