/** Process with the resident memory that it has. */
export interface FamilyMember {
  /** Process id. */
  readonly id: number;
  /** Resident memory, bytes. */
  readonly residentBytes: number;
}

/** Returns a process and all of its living descendants. */
export async function processFamily(pid: number): Promise<FamilyMember[]> {
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
  return rows.filter(([id]) => family.has(id))
    .map(([id, , kB]) => ({ id, residentBytes: kB * 1024 }));
}
