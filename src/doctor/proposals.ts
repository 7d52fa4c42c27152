import { counted } from '../core/plural.ts';
import type { DoctorParts, Finding } from './parts.ts';

const maxCounted = 100;

/** Deletions that wait for a person's word, and what could still be undone. */
export async function checkProposals({ proposals, catalog }: DoctorParts): Promise<Finding> {
  const open = await proposals.list(maxCounted, 'open');
  const lying = await catalog.trash.count();
  const trash = lying > 0 ? `; ${counted(lying, 'file')} in the trash` : '';
  if (open.length === 0) return { state: 'ok', words: `none waits for a word${trash}` };
  const told = open.map(({ id, files, why }) => `number ${id}: ${counted(files, 'file')} (${why})`);
  return {
    state: 'warn',
    words: `deletions wait for your word: ${told.join('; ')}${trash}`,
    remedy: 'passerelle proposals shows them; then passerelle proposals accept ID or refuse ID',
  };
}
