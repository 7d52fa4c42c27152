import type { Kysely } from 'kysely';
import { z } from 'zod';
import { joinAccountPath } from '../../core/account-path.ts';
import { type Codec, jsonOf, keptAs, type OnDamage } from '../../core/codec.ts';
import type { FileId } from '../../core/ids.ts';
import { createFolders } from '../account/folders.ts';
import { inList } from '../db/in-list.ts';
import type { Schema } from '../db/schema.ts';

const shape = z.object({
  /** Files of the account, and how many of them stand in the tree as films or episodes. */
  files: z.number(),
  films: z.number(),
  /** A few account paths. */
  examples: z.array(z.string()),
});

/** What a person is told of a proposal. */
export type ProposalFacts = z.infer<typeof shape>;

export const proposalFacts: Codec<ProposalFacts> = jsonOf(shape);

/** Nothing is told where nothing can be read; the proposal waits all the same. */
const unread: ProposalFacts = { files: 0, films: 0, examples: [] };

export function readFacts(text: string, onDamage: OnDamage): ProposalFacts {
  return keptAs(proposalFacts, 'what is told of a proposal', onDamage).decode(text) ?? unread;
}

/** Account paths shown with a proposal. */
const maxExamples = 5;

export async function factsOf(db: Kysely<Schema>, fileIds: readonly FileId[]): Promise<ProposalFacts> {
  const shown = await db
    .selectFrom('files')
    .select(['folder_id', 'name'])
    .where('id', 'in', inList(fileIds.slice(0, maxExamples)))
    .where('gone_at', 'is', null)
    .execute();
  const folders = await createFolders(db).folderPaths([...new Set(shown.map((file) => file.folder_id))]);
  const films = await db
    .selectFrom('tree')
    .select('file_id')
    .distinct()
    .where('kind', '=', 'strm')
    .where('file_id', 'in', inList(fileIds))
    .execute();
  return {
    files: fileIds.length,
    films: films.length,
    examples: shown.map(({ folder_id, name }) => joinAccountPath(folders.get(folder_id) ?? '…', name)),
  };
}
