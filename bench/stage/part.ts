/** What goes to and from a process of the bench. All of it is plain data. */
export interface Shape {
  options: unknown;
  /** Told once it is ready. */
  facts: unknown;
  question: unknown;
  answer: unknown;
}

export type FromPart = { facts: unknown } | { id: number; answer: unknown } | { id: number; failed: string };
export type ToPart = { options: unknown } | { id: number; question: unknown };

/**
 * The body of a file in `bench/parts`: gets its options, tells its facts, answers questions one after another, and
 * ends with the process that started it.
 */
export function runPart<S extends Shape>(
  begin: (options: S['options']) => Promise<{
    facts: S['facts'];
    answer?: (question: S['question']) => S['answer'] | Promise<S['answer']>;
  }>,
): void {
  const tell = (message: FromPart) => void process.send?.(message);
  process.once('disconnect', () => process.exit());
  process.once('message', async (first: ToPart) => {
    const { facts, answer } = await begin('options' in first ? first.options : undefined);
    process.on('message', async (message: ToPart) => {
      if (!('id' in message)) return;
      const { id, question } = message;
      try {
        tell({ id, answer: await answer?.(question) });
      } catch (error) {
        tell({ id, failed: (error as Error).stack ?? String(error) });
      }
    });
    tell({ facts });
  });
}
