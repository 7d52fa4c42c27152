import { useEffect, useState } from 'preact/hooks';
import type { AnswerOf } from '../../../../src/api/endpoint.ts';
import type { listSetupFolders } from '../../../../src/api/setup/setup.ts';
import { useAsked } from '../asking.ts';
import { queryText } from '../door.ts';
import { html } from '../html.ts';
import { Fault } from '../parts.ts';
import { words } from '../words/texts.ts';
import { chosen, type GuideStepProps } from './guide-step.ts';

type SetupFolders = AnswerOf<typeof listSetupFolders>;

/** Where Passerelle keeps what was removed from the account: nothing of it is ever a part of the library. */
const trashPath = '/.passerelle-trash';

const rootsOf = (setup: GuideStepProps['setup']) => chosen.value.roots ?? setup.roots;

/** Folders of the account that become the library, out of its tree; each is asked for when it is opened. */
export function FolderStep({ setup, ready }: GuideStepProps) {
  const { folders } = words.guide;
  const isFixed = setup.fixed.includes('library.roots');
  const [roots, setRoots] = useState<readonly string[]>(rootsOf(setup));
  const pick = (path: string, isOn: boolean) => {
    const apart = roots.filter((one) => one !== path && !(isOn && isWithin(one, path)));
    setRoots(isOn ? [...apart, path] : apart);
  };
  useEffect(() => {
    if (!isFixed && roots.length > 0) chosen.value = { ...chosen.value, roots: [...roots] };
    ready(isFixed || roots.length > 0);
  }, [roots]);
  if (isFixed)
    return html`<p>${folders.fixed}</p><ul class="rows">${setup.roots.map((root) => html`<li key=${root} class="path">${root}</li>`)}</ul>`;
  return html`<ul class="folder-tree"><${FolderNode} id="0" path="/" name=${folders.all} roots=${roots} pick=${pick} isOpen /></ul>`;
}

interface FolderNodeProps {
  id: string;
  path: string;
  name: string;
  roots: readonly string[];
  pick: (path: string, isOn: boolean) => void;
  isOpen?: boolean;
}

function FolderNode({ id, path, name, roots, pick, isOpen: isOpenAtFirst = false }: FolderNodeProps) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const asked = useAsked<SetupFolders>(isOpen ? `/setup/folders${queryText({ id })}` : undefined);
  const { folders } = words.guide;
  const isBelow = roots.some((root) => root !== path && isWithin(path, root));
  const { value, fault, isLoading } = asked.value;
  const below = value?.folders.map((one) => ({ ...one, path: `${path.replace(/\/$/, '')}/${one.name}` }));
  const shown = below?.filter((one) => one.path !== trashPath);
  return html`<li>
    <div class="node"><button type="button" class="plain opener" aria-expanded=${isOpen} aria-label=${folders.open(name)} onClick=${() => setOpen(!isOpen)}>${isOpen ? '▾' : '▸'}</button>
    <label><input type="checkbox" checked=${isBelow || roots.includes(path)} disabled=${isBelow}
      onChange=${(event: Event) => pick(path, (event.currentTarget as HTMLInputElement).checked)} /> <span class="path">${name}</span></label></div>
    ${isOpen && isLoading && html`<span role="status" class="soft"> ${folders.reading}</span>`}
    ${isOpen && html`<${Fault} text=${fault} />`}
    ${isOpen && shown?.length === 0 && html`<p class="soft">${folders.none}</p>`}
    ${
      isOpen &&
      shown &&
      shown.length > 0 &&
      html`<ul>${shown.map(
        (one) =>
          html`<${FolderNode} key=${one.id} id=${one.id} name=${one.name} path=${one.path} roots=${roots} pick=${pick} />`,
      )}</ul>`
    }
  </li>`;
}

/** Whether a path lies in a folder, or is that folder. */
function isWithin(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`);
}
