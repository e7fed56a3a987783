const ROOT = new URL("../", import.meta.url);

/**
 * Makes a Python environment below `dist/python`, once for each content of the requirements file.
 *
 * @param requirements File that pins every package.
 * @returns The folder of the environment's programs.
 */
export async function pythonTools(requirements: URL): Promise<URL> {
  const folder = new URL(`dist/python/${await hashOf(requirements)}/`, ROOT);
  const bin = new URL("bin/", folder);
  const complete = new URL("complete", folder);
  await Deno.mkdir(new URL("dist/python/", ROOT), { recursive: true });
  // Another test file, which runs at the same time, may need the same environment.
  const lockFile = new URL(`dist/python/${await hashOf(requirements)}.lock`, ROOT);
  using lock = await Deno.open(lockFile, { write: true, create: true });
  await lock.lock(true);
  if (await Deno.stat(complete).then(() => true, () => false)) return bin;
  await run("python3", "-m", "venv", "--clear", folder.pathname);
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
  // Compiling ahead of time takes longer than compiling what a test imports.
  pip.push("--no-compile");
  await run(new URL("python", bin).pathname, ...pip, "--requirement", requirements.pathname);
  await Deno.writeTextFile(complete, "");
  return bin;
}

async function hashOf(file: URL): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(file));
  return new Uint8Array(digest).toHex().slice(0, 16);
}

async function run(program: string, ...args: string[]): Promise<void> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args }).output()
    .catch((error: Error) => {
      throw new Error(`This test needs Python 3.11 or newer with venv: ${error.message}`);
    });
  if (success) return;
  const said = new TextDecoder().decode(new Uint8Array([...stdout, ...stderr]));
  throw new Error(
    `This test needs Python 3.11 or newer with venv and its packages; ` +
      `"${program} ${args.join(" ")}" failed:\n${said}`,
  );
}
