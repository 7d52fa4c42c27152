import { readFile } from 'node:fs/promises';

/** What the kernel counts in (USER_HZ), the same on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** CPU time that a process has used since its start, its threads together, in itself and in the kernel. */
export async function cpuSecondsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name in brackets may hold spaces; the times are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
