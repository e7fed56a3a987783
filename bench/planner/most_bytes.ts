/**
 * Most bytes of a process that were in memory (Linux). What `getrusage` tells begins with those of
 * the process that started it.
 */
export async function mostBytes(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(status.match(/VmHWM:\s*(\d+) kB/)![1]) * 1024;
}
