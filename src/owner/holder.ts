import { readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

/** Name of the note in dataDir. */
const noteName = 'serve.json';

const noteShape = z.object({
  /** In the holder's own namespace of processes: a container counts for itself. */
  pid: z.int().positive(),
  /** What it was started as: `serve`, `sync`, ... */
  command: z.string().min(1),
  /** Name of the machine or of the container. */
  host: z.string(),
  /** Its namespace of processes: containers may share a name. */
  namespace: z.string().optional(),
  /** When it took dataDir, milliseconds UTC. */
  since: z.number(),
  /** When the process began, in the kernel's own count; tells it from a later one of the same number. */
  startTicks: z.string().optional(),
  /** Commands cannot work through it: its folder knows no sockets, or something is in the way. */
  hasNoDoor: z.boolean().optional(),
  /** Where `serve` listens, for the health check of a container. */
  listens: z.object({ host: z.string(), port: z.int() }).optional(),
});

/** Who holds a dataDir, as it wrote of itself. */
export type Holder = z.infer<typeof noteShape>;

/** This process as a holder. @param now milliseconds UTC */
export function holderHere(command: string, now: number): Holder {
  const startTicks = startTicksOf(process.pid);
  const namespace = namespaceHere();
  return {
    pid: process.pid,
    command,
    host: hostname(),
    since: now,
    ...(namespace !== undefined && { namespace }),
    ...(startTicks !== undefined && { startTicks }),
  };
}

/** Written right after the lock is taken, whole or not at all. */
export function writeNote(dataDir: string, holder: Holder): void {
  const file = join(dataDir, noteName);
  writeFileSync(`${file}.tmp`, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
}

export function removeNote(dataDir: string): void {
  rmSync(join(dataDir, noteName), { force: true });
}

/**
 * Who holds `dataDir`, for somebody who has just found its lock taken. A kill leaves the note of a process that is no
 * more: it is only believed when that process still runs, or ran where this one cannot look.
 * @returns undefined when nobody can be named
 */
export function readNote(dataDir: string): Holder | undefined {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(join(dataDir, noteName), 'utf8'));
  } catch {
    return undefined;
  }
  const note = noteShape.safeParse(raw).data;
  if (!note || note.host !== hostname() || note.namespace !== namespaceHere()) return note;
  return isRunning(note) ? note : undefined;
}

/** `passerelle serve (process 12 on nas, since 2026-07-01 20:15:02 UTC)`. */
export function describeHolder(holder: Holder | undefined): string {
  if (!holder) return 'a Passerelle that is just starting or ending';
  const { command, pid, host, since } = holder;
  const time = new Date(since).toISOString().slice(0, 19).replace('T', ' ');
  return `passerelle ${command} (process ${pid} on ${host}, since ${time} UTC)`;
}

function isRunning({ pid, startTicks }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Another user's process may not be touched, and runs.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = startTicksOf(pid);
  return startTicks === undefined || now === undefined || now === startTicks;
}

/** `pid:[4026531836]`; undefined where there is no such link. */
function namespaceHere(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return undefined;
  }
}

/** Field 22 of /proc/<pid>/stat (proc(5)); undefined where there is no such file. */
function startTicksOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name, which may hold spaces and brackets.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
