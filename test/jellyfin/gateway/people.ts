import { readFileSync } from 'node:fs';
import { request } from 'undici';
import { z } from 'zod';

const apps = {
  web: { client: 'Jellyfin Web', profile: 'unprobed-web' },
  kodi: { client: 'Kodi', profile: 'unprobed-kodi' },
  androidtv: { client: 'Android TV', profile: 'unprobed-androidtv' },
} as const;
export type App = keyof typeof apps;

/** Who may see everything. */
export const viewerName = 'passerelle-viewer';
export const passwordOf = (name: string) => `${name}-password`;

/** A person of Jellyfin, logged in; made for the checks. */
export interface Person {
  id: string;
  token: string;
}

export interface Answer {
  status: number;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what is read of it, each check says
  json: any;
  headers: Record<string, string | string[] | undefined>;
}

/** An app of this person that talks to a server, or to the gateway before it. */
export interface Talks {
  get(path: string): Promise<Answer>;
  post(path: string, body?: object): Promise<Answer>;
  remove(path: string): Promise<Answer>;
}

export function authorization(app: App, token: string | undefined): string {
  const { client } = apps[app];
  const who = `MediaBrowser Client="${client}", Device="Check", DeviceId="check-${app}", Version="12.0.0"`;
  return token === undefined ? who : `${who}, Token="${token}"`;
}

export function talk(baseUrl: string, app: App, token?: string): Talks {
  async function ask(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<Answer> {
    const answer = await request(baseUrl + path, {
      method,
      headers: {
        authorization: authorization(app, token),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    return { status: answer.statusCode, text, json, headers: answer.headers };
  }
  return {
    get: (path) => ask('GET', path),
    post: (path, body) => ask('POST', path, body),
    remove: (path) => ask('DELETE', path),
  };
}

/** What the app says that it can play, as it told a real server. */
export function profileOf(app: App): Record<string, unknown> {
  const file = new URL(`../../data/jellyfin-12/playbackinfo-${apps[app].profile}.json`, import.meta.url);
  const shape = z.object({ request: z.object({ body: z.object({ DeviceProfile: z.looseObject({}) }) }) });
  return shape.parse(JSON.parse(readFileSync(file, 'utf8'))).request.body.DeviceProfile;
}

const loggedIn = z.object({ AccessToken: z.string(), User: z.object({ Id: z.string() }) });

/** A new person with rights as this says. @param admin talks with a key of the administrator */
export async function createPerson(
  url: string,
  admin: Talks,
  name: string,
  policy: Record<string, unknown> = {},
): Promise<Person> {
  await removePerson(admin, name);
  const made = await admin.post('/Users/New', { Name: name, Password: passwordOf(name) });
  if (made.status !== 200) throw new Error(`${name} could not be made: ${made.status} ${made.text}`);
  const changed = await admin.post(`/Users/${made.json.Id}/Policy`, {
    ...made.json.Policy,
    ...policy,
  });
  if (changed.status >= 300) throw new Error(`rights of ${name}: ${changed.status} ${changed.text}`);
  return logIn(url, name);
}

export async function logIn(url: string, name: string, app: App = 'web'): Promise<Person> {
  const answer = await talk(url, app).post('/Users/AuthenticateByName', {
    Username: name,
    Pw: passwordOf(name),
  });
  const { AccessToken, User } = loggedIn.parse(answer.json);
  return { id: User.Id, token: AccessToken };
}

export async function removePerson(admin: Talks, name: string): Promise<void> {
  const users: { Name: string; Id: string }[] = (await admin.get('/Users')).json;
  for (const { Name, Id } of users) if (Name === name) await admin.remove(`/Users/${Id}`);
}
