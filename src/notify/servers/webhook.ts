import type { Connection, FolderNews, ServerAdapter, ServerSetting } from './adapter.ts';

/** Anything that takes a POST of JSON: `{"event":"library.changed","folders":[{"path","change"}]}`. */
export function webhook({ token }: ServerSetting): ServerAdapter {
  return {
    existingOnly: false,
    tokenRemedy: 'look at token: it is sent as Authorization: Bearer',
    async tell(folders: readonly FolderNews[], { send }: Connection) {
      await send({
        method: 'POST',
        path: '',
        ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
        body: { event: 'library.changed', folders: folders.map(({ path, change }) => ({ path, change })) },
      });
      return 'told';
    },
  };
}
