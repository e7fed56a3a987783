import { processFamily } from "./process_family.ts";

/** Milliseconds of a clock tick of `/proc/PID/stat`: Linux counts 100 in a second. */
const TICK_MS = 10;

/** Returns the CPU time of a process and of all its living descendants (Linux), milliseconds. */
export async function processorMs(pid: number): Promise<number> {
  const stats = await Promise.all((await processFamily(pid)).map(({ id }) => readStat(id)));
  return stats.reduce((sum, ticks) => sum + ticks, 0) * TICK_MS;
}

/** Returns the clock ticks that a process has used; 0 if it has ended. */
async function readStat(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "");
  // The name of the program, in parentheses, may contain spaces. `utime` and `stime` are fields 14
  // and 15 of proc(5); the fields after the name start with the third.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}
