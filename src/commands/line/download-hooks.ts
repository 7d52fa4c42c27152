type Env = Readonly<Record<string, string | undefined>>;

/** What a program tells a script of its own: files, or none where its event brings no file. */
export interface HookFiles {
  event: string;
  files: readonly string[];
}

/** Programs, and where each has its files; several of one import stand with `|` between them. */
const programs: readonly (readonly [event: string, files: readonly string[]])[] = [
  ['sonarr_eventtype', ['sonarr_episodefile_path', 'sonarr_episodefile_paths']],
  ['radarr_eventtype', ['radarr_moviefile_path', 'radarr_moviefile_paths']],
  ['whisparr_eventtype', ['whisparr_moviefile_path', 'whisparr_episodefile_path']],
];

/**
 * The files that Sonarr, Radarr or Whisparr name in the environment of a custom script, whose names they write in
 * either case. Only an import or an upgrade (`Download`) brings one; a test, a grab and the rest bring none.
 * @returns undefined where none of them called
 */
export function filesOfHook(env: Env): HookFiles | undefined {
  const values = new Map(Object.entries(env).map(([name, value]) => [name.toLowerCase(), value]));
  for (const [name, places] of programs) {
    const event = values.get(name);
    if (!event) continue;
    if (event.toLowerCase() !== 'download') return { event, files: [] };
    const files = places.flatMap((place) => (values.get(place) ?? '').split('|'));
    return { event, files: [...new Set(files.filter((file) => file !== ''))] };
  }
  return undefined;
}
