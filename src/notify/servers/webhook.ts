import type { FolderNews, ServerKind, ServerSetting, Talk } from './adapter.ts';

/** Anything that takes a POST of JSON: `{"event":"library.changed","folders":[{"path","change"}]}`. */
export function webhook({ token }: ServerSetting): ServerKind {
  return {
    existingOnly: false,
    tokenRemedy: 'look at token: it is sent as Authorization: Bearer',
    async tell(folders: readonly FolderNews[], { ask }: Talk) {
      await ask({
        method: 'POST',
        path: '',
        ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
        body: { event: 'library.changed', folders: folders.map(({ path, change }) => ({ path, change })) },
      });
      return 'told';
    },
  };
}
