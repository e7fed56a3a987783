import { processFamily } from "./process_family.ts";

/** Returns the resident memory of a process and of all its descendants. */
export async function residentBytes(pid: number): Promise<number> {
  return (await processFamily(pid)).reduce((sum, { residentBytes }) => sum + residentBytes, 0);
}
