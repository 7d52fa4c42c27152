import { createHmac, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { changeEntered, enteredName, enteredRows, enteredText } from '../../../config/entered.ts';
import { describeSource, keyPage, missingKey, SettingsError } from '../../../config/faults.ts';
import type { LiveSettings } from '../../../config/live-settings.ts';
import { type Loaded, type LoadOptions, loadSettings } from '../../../config/load.ts';
import { appliesFromPage } from '../../../config/page-settings.ts';
import { type NamedSetting, settingList } from '../../../config/settings.ts';
import { BridgeError } from '../../core/errors.ts';
import { diskError } from '../../core/files/folder-check.ts';
import { isRecipient, isServer } from '../../notify/people/recipient.ts';
import { namedPeople } from '../../notify/people/recipients.ts';
import type { EditedNotify, EditedSetting, Edits, SettingsEditor } from '../../setup/settings-editor.ts';

/** What tells one that is told from the others. */
type NotifyName = { kind: string; url: string; to?: string };

/** A slash at its end is none of it. */
const addressOf = ({ url }: NotifyName) => (URL.canParse(url) ? new URL(url).href : url);

export interface EditorOptions {
  /** How the settings of this process are loaded. */
  load: Omit<LoadOptions, 'entered'>;
  /** Those that this process started with. */
  running: Loaded;
  /** Those that are in force. */
  live: LiveSettings;
  onRestart: () => void;
}

/** Over `settings.yaml` in dataDir. Everything is done in one turn, so that two tabs never write at one time. */
export function createSettingsEditor({ load, running, live, onRestart }: EditorOptions): SettingsEditor {
  const file = join(resolve(running.settings.dataDir), enteredName);
  const word = randomBytes(32);

  const kept = () => {
    const found: { faults: { source: string; wrong: string; right: string; path: string }[] } = {
      faults: [],
    };
    const text = enteredText(file, found);
    const [fault] = found.faults;
    if (fault)
      throw new BridgeError('BRIDGE_DISK', { detail: `${file} ${fault.wrong}`, remedy: fault.right });
    return text;
  };
  // With a word of this process: nobody may try by it which value of few it is, or which key.
  const digest = (text: string) => createHmac('sha256', word).update(text).digest('base64url').slice(0, 22);
  const versionOf = (text: string | undefined) => (text === undefined ? 'none' : digest(text));
  const versionOfOne = (path: string, next: Loaded) =>
    digest(JSON.stringify([path, next.originOf(path).origin, valueAt(next.settings, path) ?? null]));

  /** @throws BridgeError BRIDGE_BAD_REQUEST with everything that is wrong */
  function loadWith(text: string | undefined): Loaded {
    try {
      return loadSettings({ ...load, ...(text !== undefined && { entered: text }) });
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error;
      const says = error.faults
        .map((fault) => `${describeSource(fault)}: ${fault.wrong}; ${fault.right}`)
        .join('. ');
      throw new BridgeError('BRIDGE_BAD_REQUEST', { says, remedy: 'Mend what is named' });
    }
  }

  function write(text: string): void {
    try {
      const handle = openSync(`${file}.tmp`, 'w', 0o600);
      try {
        writeFileSync(handle, text);
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
      renameSync(`${file}.tmp`, file);
    } catch (error) {
      throw diskError(file, error);
    }
  }

  function enter(edits: Edits): Loaded {
    const text = changeEntered(kept(), new Map(Object.entries(edits)));
    const loaded = loadWith(text);
    write(text);
    return loaded;
  }

  /** These count as they were loaded, where they are live. */
  const apply = ({ settings }: Loaded, paths: readonly string[]) =>
    live.apply(new Map(paths.map((path) => [path, valueAt(settings, path)])));

  function list() {
    const text = kept();
    const next = loadWith(text);
    return { version: versionOf(text), file, settings: settingList.map((setting) => shown(setting, next)) };
  }

  function shown(setting: NamedSetting, next: Loaded): EditedSetting {
    const { path, env, help, form, secret: isSecret } = setting;
    const { origin, words } = next.originOf(path);
    const value = valueAt(live.settings, path);
    return {
      ...{ path, env, help, form, isSecret, origin, source: words, usual: setting.shown },
      ...(value !== undefined && !isSecret && { value }),
      isSet: value !== undefined,
      applies: appliesFromPage(setting),
      isWaiting: !isDeepStrictEqual(value, valueAt(next.settings, path)),
      version: versionOfOne(path, next),
    };
  }

  const isSame = (one: NotifyName, other: typeof one) =>
    one.kind === other.kind && addressOf(one) === addressOf(other) && one.to === other.to;

  /** The rows as they were written, but for those like this one. */
  function othersThan(row: NotifyName): unknown[] {
    const text = kept();
    const next = loadWith(text);
    const { origin, words } = next.originOf('notify');
    if (origin === 'environment' || origin === 'file')
      throw new BridgeError('BRIDGE_SETTING_FIXED', { detail: `notify comes from ${words}` });
    return enteredRows(text, 'notify').filter((_written, at) => {
      const read = next.settings.notify[at];
      return !read || !isSame(read, row);
    });
  }

  const notify: EditedNotify = {
    list() {
      const next = loadWith(kept());
      const { origin, words } = next.originOf('notify');
      const rows = next.settings.notify;
      const fixedBy = origin === 'environment' || origin === 'file' ? words : undefined;
      return {
        servers: rows.filter(isServer),
        people: namedPeople(rows.filter(isRecipient)),
        fixedBy,
        isWaiting: !isDeepStrictEqual(rows, live.settings.notify),
      };
    },
    add: (row) => apply(enter({ notify: [...othersThan(row), row] }), ['notify']),
    remove(row) {
      const others = othersThan(row);
      if (others.length === enteredRows(kept(), 'notify').length) throw new BridgeError('BRIDGE_NOT_FOUND');
      apply(enter({ notify: others.length > 0 ? others : null }), ['notify']);
    },
  };

  return {
    notify,
    key: { path: missingKey.path, page: keyPage },
    list,
    faultsOf(edits) {
      try {
        loadWith(changeEntered(kept(), new Map(Object.entries(edits))));
        return [];
      } catch (error) {
        if (error instanceof BridgeError && error.code === 'BRIDGE_BAD_REQUEST') return [error.message];
        throw error;
      }
    },
    decidedByEnvironment: (paths) => paths.filter((path) => running.originOf(path).origin === 'environment'),
    enter: (edits) => void enter(edits),
    change(edits, { version, versions = {} } = {}) {
      const now = kept();
      const before = loadWith(now);
      const isOther = ([path, seen]: [string, string]) =>
        !settingList.some((one) => one.path === path) || seen !== versionOfOne(path, before);
      if ((version !== undefined && version !== versionOf(now)) || Object.entries(versions).some(isOther))
        throw new BridgeError('BRIDGE_SETTINGS_CHANGED');
      for (const path of Object.keys(edits)) {
        const setting = settingList.find((one) => one.path === path);
        if (!setting) throw new BridgeError('BRIDGE_BAD_REQUEST', { detail: `${path} is no setting` });
        if (appliesFromPage(setting) === 'never')
          throw new BridgeError('BRIDGE_SETTING_FIXED', { detail: path });
        const { origin, words } = running.originOf(path);
        if (origin === 'environment')
          throw new BridgeError('BRIDGE_SETTING_FIXED', {
            detail: `${path} comes from the ${words}`,
            remedy: 'Change it there, or take it out there; then it can be changed here',
          });
      }
      const loaded = enter(edits);
      apply(loaded, Object.keys(edits));
      return list();
    },
    restart() {
      loadWith(kept());
      return onRestart;
    },
  };
}

function valueAt(settings: object, path: string): unknown {
  return path.split('.').reduce<unknown>((node, name) => Reflect.get(Object(node), name), settings);
}
