import { useEffect } from 'preact/hooks';
import { html } from '../html.ts';
import { words } from '../words/texts.ts';
import { chosen, type GuideStepProps } from './guide-step.ts';
import { ServerForm } from './server-form.ts';

/** Media servers of a first start: they are entered with all the rest. */
export function ServerStep({ setup, ready }: GuideStepProps) {
  const [dir = ''] = setup.libraryDirs;
  const added = chosen.value.servers ?? [];
  useEffect(() => ready(true), []);
  if (setup.fixed.includes('notify')) return html`<p>${words.guide.servers.fixed}</p>`;
  const without = (url: string) => added.filter((one) => one.url !== url);
  const choose = (servers: typeof added) => {
    chosen.value = { ...chosen.value, servers };
  };
  return html`<${ServerForm} dir=${dir} added=${added}
    add=${(server: (typeof added)[number]) => choose([...without(server.url), server])}
    take=${({ url }: { url: string }) => choose(without(url))} />`;
}
