import { type Settings, settingList } from './settings.ts';

/** Settings of a process that runs. Those that are declared `isLive` may become others meanwhile, all others never do. */
export interface LiveSettings {
  /** As they count now: a setting that is live is read here whenever it is needed, and a copy of it is an old value. */
  readonly settings: Settings;
  /**
   * These values count from now on, and whoever waits by one of them hears it. One that is not live is let be.
   * @param values by the paths of their settings, as their readers gave them
   */
  apply(values: ReadonlyMap<string, unknown>): void;
  /** For who has to do something as soon as other values count, such as to wait less long. */
  onChange(heard: () => void): void;
}

/** Makes the one place in which a process keeps its settings. */
export function createLiveSettings(started: Settings): LiveSettings {
  const values = new Map<string, unknown>();
  const listeners: (() => void)[] = [];
  const live = new Set(settingList.filter(({ isLive }) => isLive).map(({ path }) => path));

  function viewOf<T extends object>(group: T, prefix: string): T {
    const view = {} as T;
    for (const [key, value] of Object.entries(group)) {
      const path = prefix + key;
      if (live.has(path)) {
        values.set(path, value);
        Object.defineProperty(view, key, { enumerable: true, get: () => values.get(path) });
      } else Reflect.set(view, key, isGroup(path) ? viewOf(value as object, `${path}.`) : value);
    }
    return Object.freeze(view);
  }

  return {
    settings: viewOf(started, ''),
    apply(changes) {
      for (const [path, value] of changes) if (live.has(path)) values.set(path, value);
      for (const heard of listeners) heard();
    },
    onChange: (heard) => void listeners.push(heard),
  };
}

const groups: ReadonlySet<string> = new Set(
  settingList.flatMap(({ path }) => {
    const names = path.split('.');
    return names.slice(1).map((_name, index) => names.slice(0, index + 1).join('.'));
  }),
);

const isGroup = (path: string) => groups.has(path);
