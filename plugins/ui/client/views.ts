import { signal } from '@preact/signals-core';
import type { ComponentType } from 'preact';
import { faultText } from './asking.ts';

/** Parts of the page: fetched beside what has to be there first, and read after it. */
const sources = {
  home: async () => (await import('./home.ts')).Home,
  library: async () => (await import('./library/library.ts')).LibraryView,
  title: async () => (await import('./library/title.ts')).TitleView,
  repair: async () => (await import('./repair/repair.ts')).RepairView,
  account: async () => (await import('./account.ts')).AccountView,
  doctor: async () => (await import('./doctor.ts')).DoctorView,
  settings: async () => (await import('./guide/settings-view.ts')).SettingsView,
  guide: async () => (await import('./guide/guide.ts')).GuideView,
} satisfies Readonly<Record<string, () => Promise<ComponentType<{ rest: string }>>>>;

export type ViewName = keyof typeof sources;

interface CameView {
  view?: ComponentType<{ rest: string }>;
  fault?: string;
}

const came = signal<Partial<Record<ViewName, CameView>>>({});

/** The part that is called so, once it is there. */
export const cameView = (name: ViewName): CameView => came.value[name] ?? {};

/** Makes it be there; what has failed is tried again. */
export function bringView(name: ViewName): void {
  if (came.value[name]?.view) return;
  sources[name]()
    .then((view) => ({ view }))
    .catch((error: unknown) => ({ fault: faultText(error) }))
    .then((one) => {
      came.value = { ...came.value, [name]: one };
    });
}

const names = Object.keys(sources) as ViewName[];

/** What somebody may open next is there when he does. */
export function bringAllViews(): void {
  // The page names what they are made of without asking for it, so that its first text comes first; now it is fetched at once, not one file behind the other.
  const later = document.querySelector('template');
  if (later) document.head.append(later.content);
  for (const name of names) bringView(name);
}
