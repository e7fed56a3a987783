import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { workerFlags } from "./worker_flags.ts";

/** Worker processes that no caller has taken yet, by the URL of their script. */
const spares = new Map<string, ChildProcess>();

/**
 * Starts a process for a script before the process is needed.
 *
 * @returns The process, which {@linkcode takeProcess} returns later unless it has ended by then.
 */
export function startSpare(script: URL): ChildProcess {
  const spare = spawnProcess(script);
  const forget = () => void (spares.get(script.href) === spare && spares.delete(script.href));
  spare.once("error", forget).once("exit", forget);
  spares.set(script.href, spare);
  return spare;
}

/** Returns the spare process of a script, or starts a process if there is none. */
export function takeProcess(script: URL): ChildProcess {
  const spare = spares.get(script.href);
  spares.delete(script.href);
  return spare ?? spawnProcess(script);
}

/** Ends the spare processes that no caller has taken. */
export function endSpares(): void {
  for (const spare of spares.values()) spare.kill("SIGKILL");
  spares.clear();
}

function spawnProcess(script: URL): ChildProcess {
  return spawn(process.execPath, [...workerFlags(), fileURLToPath(script)], {
    stdio: ["pipe", "pipe", "inherit"],
    env: workerEnvironment(),
  });
}

/** Environment variables that runtimes, package folders and graphics drivers read. */
const WORKER_VARIABLES =
  /^(PATH|PWD|HOME|USERPROFILE|TMPDIR|TMP|TEMP|LANG|TZ|SYSTEMROOT|NO_COLOR|DISPLAY|WAYLAND_DISPLAY|NPM_CONFIG_REGISTRY|(DENO|NODE|BUN|XDG|LC|LD|DYLD|VK|WGPU|MESA|LP|CUDA|NVIDIA)_.*)$/i;

/** Returns the environment of a worker process, without the settings and secrets of the server. */
function workerEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) =>
      WORKER_VARIABLES.test(name) && !/TOKEN|SECRET|PASSWORD|AUTH|_KEY/i.test(name)
    ),
  );
}
