import { signal } from '@preact/signals-core';
import type { AnswerOf, Sent } from '../../../../src/api/endpoint.ts';
import type { enterSetup, getSetup } from '../../../../src/api/setup/setup.ts';

export type SetupAnswer = AnswerOf<typeof getSetup>;

/** What a step of the guide is given. */
export interface GuideStepProps {
  setup: SetupAnswer;
  /** Asks the server anew what it was told. */
  again: () => void;
  /** Whether one may go on. */
  ready: (isReady: boolean) => void;
}

/** What was chosen so far; it outlives a step, not the page. */
export const chosen = signal<Sent<typeof enterSetup>['body']>({});
