import type { NotifySetting, RecipientSetting } from '../notify/people/recipient.ts';
import type { ServerSetting } from '../notify/servers/adapter.ts';

/** How a person is asked for the value of a setting. */
type EditedForm =
  | { kind: 'text' | 'flag' | 'list' | 'address' | 'rows' }
  | { kind: 'choice'; values: readonly string[] }
  | { kind: 'integer'; min: number; max: number };

/** A setting for somebody who looks at it. */
export interface EditedSetting {
  /** As in the file: `sync.intervalMinutes`. */
  path: string;
  env: string;
  help: string;
  /** How its default is written for people. */
  usual: string;
  form: EditedForm;
  isSecret: boolean;
  /** The value that is in force; absent where there is none, and of what is secret. */
  value?: unknown;
  /** Whether there is a value. */
  isSet: boolean;
  origin: 'default' | 'file' | 'entered' | 'environment';
  /** Where the value comes from: `environment PASSERELLE_PORT`. */
  source: string;
  /** When a new value counts; `never`: it is not taken from the page. */
  applies: 'now' | 'restart' | 'never';
  /** Another value was entered and counts after a restart. */
  isWaiting: boolean;
  /** Another one = something else was entered for it since. */
  version: string;
}

/** All settings at one moment. */
export interface EditedSettings {
  /** Another one = something else was entered since. */
  version: string;
  settings: readonly EditedSetting[];
  /** Where what is entered is kept. */
  file: string;
}

/** Media servers and people that are told, as they are entered in the page. */
export interface EditedNotify {
  /** @returns those that are entered, and where they come from where that is not the page */
  list(): {
    servers: readonly ServerSetting[];
    /** Each with the name that it is known by. */
    people: readonly (RecipientSetting & { name: string })[];
    isWaiting: boolean;
    fixedBy: string | undefined;
  };
  /** Enters one, in the place of another of its kind and address; it counts at once. @throws as {@link SettingsEditor.change} */
  add(row: NotifySetting): void;
  /** @throws as `add`; BRIDGE_NOT_FOUND */
  remove(row: { kind: string; url: string; to?: string }): void;
}

/** What somebody looked at before he entered something. */
export interface SeenVersions {
  /** Of all settings. */
  version?: string | undefined;
  /** Of single settings, by their paths. */
  versions?: Readonly<Record<string, string>> | undefined;
}

/** Values by the paths of their settings; null takes back what was entered. */
export type Edits = Readonly<Record<string, unknown>>;

/**
 * What is entered in the page: looked at as all settings are, written to `settings.yaml` in dataDir with mode 0600, by
 * another name first. It outranks the file of settings, and the environment outranks it.
 */
export interface SettingsEditor {
  /** Path of the setting that holds the key of the account, and the page on which a person finds that. */
  readonly key: { path: string; page: string };
  list(): EditedSettings;
  readonly notify: EditedNotify;
  /** What would be wrong with the settings if this were entered, in words for a person. */
  faultsOf(edits: Edits): readonly string[];
  /** Which of these the environment decides: entering them changes nothing. */
  decidedByEnvironment(paths: readonly string[]): readonly string[];
  /**
   * Enters what the guide was told: also what the page does not take later.
   * @throws BridgeError BRIDGE_BAD_REQUEST with everything that is wrong, BRIDGE_DISK
   */
  enter(edits: Edits): void;
  /**
   * Enters what was changed in the page.
   * @param seen what was looked at; without it, whatever was entered meanwhile: of one setting the last value counts
   * @throws BridgeError as `enter`; BRIDGE_SETTINGS_CHANGED, BRIDGE_SETTING_FIXED
   */
  change(edits: Edits, seen?: SeenVersions): EditedSettings;
  /** @returns what begins anew with what is entered, in this process @throws BridgeError BRIDGE_BAD_REQUEST where it would not start */
  restart(): () => void;
}
