/** Process that runs. */
interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
}

/** Returns the ids of a process's children. */
export async function childrenOf(parent: number): Promise<readonly number[]> {
  return (await running()).filter((each) => each.parent === parent).map(({ pid }) => pid);
}

/** Returns true if a process runs. */
export async function isAlive(pid: number): Promise<boolean> {
  return (await running()).some((each) => each.pid === pid);
}

/** Returns all processes that have not ended. */
async function running(): Promise<RunningProcess[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-A", "-o", "pid=,ppid=,stat="] })
    .output();
  return new TextDecoder().decode(stdout).trim().split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , state]) => !state?.startsWith("Z"))
    .map(([pid, parent]) => ({ pid: Number(pid), parent: Number(parent) }));
}
