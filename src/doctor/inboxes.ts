import { opendir } from 'node:fs/promises';
import { troubleWith, whyUnreadable } from '../core/files/folder-check.ts';
import { counted } from '../core/plural.ts';
import type { ShownInboxes } from '../inbox/inbox.ts';
import type { InboxSetting } from '../inbox/setting.ts';
import type { DoctorParts, Finding } from './parts.ts';

/** Files that are looked at. */
const maxLooked = 500;

/** Each inbox: whether it can be read, and written where files go out of it; what waits, and what did not go. */
export async function checkInboxes({ inbox }: DoctorParts, signal: AbortSignal): Promise<Finding[]> {
  const all = await inbox.list(maxLooked, signal);
  const found = await Promise.all(all.inboxes.map((one) => checkInbox(one, all)));
  const { paused } = all;
  if (paused && found.length > 0)
    found.push({
      state: 'warn',
      words: `nothing can be sent just now: ${paused.error.message}`,
      remedy: paused.error.remedy,
    });
  return found;
}

async function checkInbox(inbox: InboxSetting, { waiting }: ShownInboxes): Promise<Finding> {
  const { dir, to, after } = inbox;
  const name = `${dir} -> ${to} (${after})`;
  const trouble = await troubleWithInbox(inbox);
  if (trouble) return { state: 'fail', words: `${name}: ${trouble.why}`, remedy: trouble.remedy };
  const here = waiting.filter(({ path }) => path.startsWith(`${dir}/`));
  const [first, ...more] = here.filter(({ error }) => error !== undefined);
  const words = `${name}: ${here.length === 0 ? 'nothing waits' : `${counted(here.length, 'file')} waiting`}`;
  if (!first?.error) return { state: 'ok', words };
  const others = more.length > 0 ? `, and ${more.length} more` : '';
  return {
    state: 'warn',
    words: `${words}; one did not go${others}: ${first.error.message}`,
    remedy: 'passerelle inbox tells which, and when they are tried again',
  };
}

async function troubleWithInbox({
  dir,
  after,
}: InboxSetting): Promise<{ why: string; remedy: string } | undefined> {
  try {
    await (await opendir(dir)).close();
  } catch (error) {
    return {
      why: `the folder ${whyUnreadable(error)}`,
      remedy: 'Make it, mount it into the container, or name another in inbox',
    };
  }
  return after === 'keep' ? undefined : troubleWith(dir);
}
