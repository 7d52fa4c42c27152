import type { DoctorParts, Finding } from './parts.ts';

/** Everybody who is told what needs somebody: whether messages would arrive, and how it went last. None is sent. */
export async function checkPeople(
  { people }: Pick<DoctorParts, 'people'>,
  signal: AbortSignal,
): Promise<Finding[]> {
  const lasts = new Map((await people.state()).map(({ recipient, last }) => [recipient, last]));
  return (await people.check(signal)).map(({ recipient, ok, words, remedy: now }) => {
    const last = lasts.get(recipient);
    const told = last
      ? `last at ${new Date(last.at).toISOString()}: ${last.words}`
      : 'nothing had to be told yet';
    const remedy = now ?? (last?.ok === false ? last.remedy : undefined);
    return {
      state: ok && last?.ok !== false ? 'ok' : 'warn',
      words: `${recipient}: ${words}; ${told}`,
      ...(remedy !== undefined && { remedy }),
    };
  });
}
