import { z } from 'zod';
import { type FolderId, toFolderId } from '../../core/ids.ts';

/** What is to come to the place of something that was removed. */
export interface RoomFor {
  /** Of the place, as the host keeps it. */
  name: string;
  /** Everything that stood there before, and makes room: ids of files and folders. */
  before: string[];
  /** It is a copy of all that is in this folder. */
  copyOf?: FolderId | undefined;
}

const schema = z.object({
  name: z.string(),
  before: z.array(z.string()),
  copyOf: z.string().transform(toFolderId).optional(),
});

/** What cannot be read keeps a thing in the trash all the same: nothing has come for it, and it goes back. */
const unreadable: RoomFor = { name: '', before: [] };

/** As the catalog has it. */
export function readRoomFor(text: string | null): RoomFor | undefined {
  if (text === null) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return unreadable;
  }
}
