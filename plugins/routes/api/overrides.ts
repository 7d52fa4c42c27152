import type { FastifyInstance } from 'fastify';
import fp from 'fastify-plugin';
import { listOverrides, listReview, putOverride, removeOverride } from '../../../src/api/overrides.ts';
import { saidIn } from '../../../src/api/words/said.ts';
import { BridgeError } from '../../../src/core/errors.ts';
import { parseFolderId } from '../../../src/core/ids.ts';
import type { Fixed } from '../../../src/curation/overrides.ts';
import { isFileId } from '../../../src/delivery/address.ts';
import { serveEndpoint } from '../../support/endpoints.ts';

/** A file may have many namesakes: so many of what it was said of are shown. */
const maxTargets = 100;

/** What a person says that a file or a folder of the account is, and of what to say so. */
export const overrides = fp(
  async (app: FastifyInstance) => {
    const { overrides, review, putAside, twins } = app.bridge.curation;
    // What is said is said, also by a client that has left: no signal of the request.
    const { signal } = new AbortController();

    serveEndpoint(app, listReview, async ({ query: { limit, after } }, { gone }) => ({
      files: (await review(limit, gone, isFileId(after) ? after : undefined)).map((doubt) => ({
        ...doubt,
        whySaid: saidIn(doubt.why),
        recognition: { ...doubt.recognition },
      })),
      putAside: (after === '' ? await putAside(limit) : []).map((one) => ({
        ...one,
        whySaid: saidIn(one.why),
      })),
      twins: (after === '' ? await twins(limit, gone) : []).map(({ path, files }) => ({
        path,
        files: files.map(({ id, ...file }) => ({ fileId: id, ...file })),
      })),
    }));

    serveEndpoint(app, listOverrides, async () => ({ overrides: await overrides.list() }));

    serveEndpoint(app, putOverride, async ({ body: { path, fileId, folderId, dryRun, ...said }, query }) => {
      const override = overrides.read(said);
      if ('wrong' in override) throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: override.wrong });
      const target = targetOf({ path, fileId, folderId });
      if (dryRun) return shown(await overrides.preview(target, override), query.moves);
      return shown(await overrides.set(target, override, signal), query.moves);
    });

    serveEndpoint(app, removeOverride, async ({ query: { moves, ...target } }) =>
      shown(await overrides.clear(targetOf(target), signal), moves),
    );
  },
  { name: 'overrides', dependencies: ['api-routes'] },
);

function shown({ targets, files, moves }: Fixed, maxMoves: number) {
  return {
    targets: targets.slice(0, maxTargets),
    files,
    moved: moves.length,
    moves: moves.slice(0, maxMoves),
  };
}

function targetOf({ path, fileId, folderId }: Partial<Record<'path' | 'fileId' | 'folderId', unknown>>) {
  if (path !== undefined) return { path: String(path) };
  if (typeof fileId === 'string' && isFileId(fileId)) return { fileId };
  const folder = parseFolderId(folderId);
  if (folder !== undefined) return { folderId: folder };
  throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: 'fileId or folderId is no id' });
}
