/** What the values of a choice mean; the value itself stands in files and stays beside it. Names stand for themselves. */
export const frenchChoices: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'library.profile': {},
  'library.episodeTitles': { all: 'tous', named: 'seulement ceux des noms', none: 'aucun' },
  'library.language': {
    en: 'anglais',
    fr: 'français',
    de: 'allemand',
    es: 'espagnol',
    it: 'italien',
    nl: 'néerlandais',
    pt: 'portugais',
  },
  'dav.write': { off: 'non', account: 'dans le compte' },
  'delivery.mode': { auto: 'selon le lecteur', redirect: 'redirection', proxy: 'à travers Passerelle' },
  'log.level': {
    fatal: 'la fin seule',
    error: 'erreurs',
    warn: 'avertissements',
    info: 'informations',
    debug: 'détails',
    trace: 'tout',
    silent: 'rien',
  },
  'log.format': { auto: 'selon la sortie', pretty: 'pour des personnes', json: 'pour des programmes' },
};

/** `passerelle.yaml line 3`, `environment PASSERELLE_PORT`, in French. */
export function frenchSource(source: string): string {
  return source.replace(/^environment /, 'environnement ').replace(/ line (\d+)$/, ' ligne $1');
}
