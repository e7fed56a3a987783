/** Returns the resident memory of a process and of all its descendants. */
export async function residentBytes(pid: number): Promise<number> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid=,ppid=,rss="] }).output();
  const rows = new TextDecoder().decode(stdout).trim().split("\n")
    .map((line) =>
      line.trim().split(/\s+/).map(Number) as [id: number, parent: number, kB: number]
    );
  const family = new Set([pid]);
  for (let size = 0; size !== family.size;) {
    size = family.size;
    for (const [child, parent] of rows) if (family.has(parent)) family.add(child);
  }
  return rows.reduce((sum, [id, , kB]) => family.has(id) ? sum + kB * 1024 : sum, 0);
}
