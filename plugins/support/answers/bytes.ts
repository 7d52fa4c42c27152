import type { FastifyReply } from 'fastify';
import type { Bridge } from '../../../src/bridge.ts';
import type { CatalogFile } from '../../../src/catalog/account/files.ts';
import type { Play } from '../../../src/delivery/plays.ts';
import { traitsOf } from '../../../src/delivery/policy/client-traits.ts';
import type { Decision } from '../../../src/delivery/policy/decide.ts';
import { contentRange, isOpenRange } from '../../../src/delivery/policy/range.ts';
import { describeFile } from '../file-headers.ts';
import { whenGone } from './when-gone.ts';

export type BytesDecision = Extract<Decision, { kind: 'proxy' }>;

/**
 * Sends a stretch of a file through the bridge.
 * @param etag that the answer tells of: no byte of another version is sent
 * @throws BridgeError of the reader before the first byte
 */
export type SendBytes = (
  file: CatalogFile,
  decision: BytesDecision,
  play: Play,
  reply: FastifyReply,
  etag: string,
) => Promise<FastifyReply>;

export function createSendBytes({ delivery, clock }: Bridge): SendBytes {
  const { reader, prefetch } = delivery;

  return async (file, { range, status }, play, reply, etag) => {
    const { client } = reply.request;
    const reading = play.reads(clock.now());
    try {
      const body = await reader.open(file, range, {
        urgency: 'play',
        keeps: true,
        etag,
        // Who names no end may leave at any time, and gets what is cached at once.
        wantsAll: status === 200 || !isOpenRange(reply.request.headers.range),
        mayBeProbe: traitsOf(client.userAgent).probes,
        signal: whenGone(reply),
        // A media server asks for many people from one address: whoever watches a film is one viewer.
        viewer: `${client.address} ${client.userAgent} ${file.id}`,
        onSource: (source) => play.source(source),
        onCached: (bytes) => play.cached(bytes),
        onFirstByte: () => reading.firstByte(clock.now()),
        onResume: () => play.resumed(),
        onPassed(from, to) {
          play.passed(from, to);
          prefetch.passed(file, from, to);
        },
      });
      body.once('close', () => reading.over(clock.now(), body.errored));
      describeFile(reply, file).header('content-length', String(range.end - range.start + 1));
      if (status === 206) reply.header('content-range', contentRange(range, file.sizeBytes));
      return reply.code(status).send(body);
    } catch (error) {
      reading.over(clock.now(), error as Error);
      throw error;
    }
  };
}
