/** What each setting means, by its path; a test finds those that are missing. */
export const frenchHelp: Readonly<Record<string, string>> = {
  'fichier.apiKey':
    'La clé d’API du compte, prise sur https://1fichier.com/console/params.pl ; sans elle, `serve` montre le guide du premier démarrage',
  'fichier.apiUrl': 'Où se trouve l’API',
  'fichier.downloadHosts':
    'Hôtes qui peuvent servir des liens directs, séparés par des virgules ; un lien vers tout autre est refusé',
  'fichier.uploadHosts':
    'Hôtes où des fichiers peuvent être envoyés, séparés par des virgules ; la clé d’API ne va à aucun autre',
  'fichier.siteUrl': 'Où les dossiers partagés sont demandés, sans la clé d’API',
  'fichier.requestIntervalMs': 'Rythme soutenu : un appel à l’API par ce nombre de millisecondes',
  'fichier.folderIntervalMs': 'Un même dossier n’est jamais relu plus tôt que cela après la dernière lecture',
  'fichier.userInfoIntervalMs':
    'Le compte lui-même n’est jamais interrogé plus tôt que cela ; la dernière réponse est gardée',
  'fichier.playBurst': 'Appels gardés prêts pour la lecture, à côté du rythme soutenu',
  'fichier.backoffMinutes':
    'Combien de temps tous les appels s’arrêtent quand l’hébergeur dit « flood », la première, la deuxième, la troisième fois de suite',
  'fichier.listingCap':
    'Une liste qui a exactement ce nombre d’entrées est tenue pour coupée et complétée par dates',
  'fichier.timeLimitMs': 'Attente la plus longue d’une réponse de l’API, et du premier octet d’un fichier',
  'fichier.connections': 'Connexions simultanées aux serveurs de téléchargement (l’hébergeur en permet 30)',
  'links.startWindowMs': 'Un lien direct jamais utilisé est bon pour cette durée',
  'links.resumeWindowMs': 'Un lien direct utilisé est bon pour cette durée après sa création',
  'links.minTtlMs': 'La durée de vie des liens est apprise de l’hébergeur ; jamais moins que cela',
  'links.maxTtlMs': 'La durée de vie des liens est apprise de l’hébergeur ; jamais plus que cela',
  'server.host': 'Adresse d’écoute',
  'server.port': 'Port d’écoute',
  'server.baseUrl':
    'L’adresse que portent les fichiers STRM : le serveur multimédia ET chaque lecteur doivent la joindre',
  'server.tlsCert': 'Fichier du certificat en PEM, pour https sans proxy ; repris à neuf quand il change',
  'server.tlsKey': 'Fichier de sa clé privée en PEM ; les deux fichiers ou aucun',
  'server.trustProxy':
    'Vos propres proxys dont le X-Forwarded-For est cru : true = dans les réseaux privés, un nombre = autant à la suite, ou des adresses et des réseaux',
  'server.stopGraceMs': 'Combien de temps les films en cours continuent après l’ordre d’arrêt',
  dataDir: 'Catalogue, clés, cache',
  'library.dir': 'L’arborescence STRM',
  'library.profile': 'De qui l’arborescence suit les formes de noms',
  'library.trees':
    'Plusieurs arborescences au lieu de celle de `library.dir` : chacune avec un dossier et, au besoin, un profil, des racines et des genres',
  'library.roots': 'Dossiers de 1fichier à indexer, séparés par des virgules',
  'library.lockdata':
    'Écrire lockdata dans les fichiers .nfo : le serveur multimédia ne cherche alors ni affiches ni textes pour eux',
  'library.episodeTitles':
    'Titres des épisodes dans les fichiers .nfo : `all`, aussi `Épisode 1` quand le nom n’en a pas ; `named`, seulement ceux que les noms donnent ; `none` les laisse au serveur multimédia. Ce qui s’y trouve l’emporte sur ce que le serveur trouve',
  'library.language': 'Langue dans laquelle un épisode sans titre est numéroté dans son fichier .nfo',
  'library.subtitleMaxBytes': 'Les fichiers de sous-titres plus grands sont laissés de côté',
  'library.artwork':
    'Prendre aussi les images à côté des films et des séries (poster.jpg, fanart.jpg…), de 5 Mo au plus chacune',
  'sync.intervalMinutes':
    'Pause entre deux parcours, plus longue si `callsPerDay` le veut ; `serve` synchronise toujours une fois au démarrage ; 0 = ensuite seulement sur demande',
  'sync.callsPerDay':
    'Appels par jour pour les parcours et la recherche de nouveautés ; le premier parcours ne compte pas ; 0 = sans limite',
  'sync.maxFolders':
    'Dossiers qu’un parcours lit au plus ; si le compte en nomme davantage, `review --left-out` donne le reste et rien n’est retiré',
  'sync.discovery':
    'Chercher les nouveautés entre les parcours : d’abord dans les dossiers actifs, dans les calmes autant que le permettent les appels du jour',
  'sync.removePercent':
    'Un parcours qui retirerait plus que cela de l’arborescence, ou d’une racine, ne retire rien et le propose',
  'sync.removeMax':
    'Un parcours qui retirerait plus de films et d’épisodes que cela ne retire rien et le propose',
  'sync.confirmMinutes':
    'Deux parcours à cette distance au moins doivent manquer un fichier avant que son délai de grâce commence',
  'sync.graceHours':
    'Un fichier que deux parcours ont manqué garde son STRM pour cette durée ; 0 = il part avec le second',
  'sync.trashDays':
    'Les fichiers STRM retirés restent dans dataDir/trash pour cette durée avant d’être supprimés définitivement',
  'sync.smallFileIntervalMs':
    'Pause entre les téléchargements de sous-titres et d’images (beaucoup de petits téléchargements bloquent l’adresse)',
  'dav.write': '`account` : qui peut parcourir peut aussi écrire dans le compte, par WebDAV',
  'uploads.parallel': 'Fichiers envoyés à l’hébergeur en même temps',
  'uploads.spoolMiB':
    'Ce qui arrive par WebDAV reste dans dataDir jusqu’à ce que l’hébergeur l’ait : autant au plus, en Mio',
  'uploads.resumeHours':
    'Un envoi interrompu peut être repris pendant ce nombre d’heures après la dernière arrivée ; puis ce qui est ici est retiré',
  'uploads.trashDays':
    'Ce que Passerelle retire du compte reste dans son dossier `/.passerelle-trash` pour ce nombre de jours et peut être repris ; 0 = supprimé aussitôt',
  notify:
    'Serveurs multimédias avertis de ce qui change, et personnes averties de ce qui demande quelqu’un : kind, url et, au besoin, token ou tokenFile, pathMap, fs, clean, to, from',
  gateways:
    'Serveurs multimédias dont les applications lisent directement depuis Passerelle : kind, url, port et, au besoin, host, apiKey ou apiKeyFile, knownProxy',
  inbox:
    'Dossiers de cette machine dont les fichiers terminés sont envoyés dans le compte : dir, to et, au choix, after (keep, delete, strm), minAgeMinutes, ignore',
  'delivery.mode':
    'Comment les lecteurs reçoivent les octets : envoyés chez l’hébergeur, par Passerelle, ou selon le lecteur',
  'delivery.stallMs': 'Un hébergeur qui n’envoie rien pendant cette durée au milieu d’un film est redemandé',
  'delivery.tries': 'Essais avant le premier octet d’un film, puis le lecteur en est averti',
  'delivery.resumeForMs': 'Un film commencé est tenu pour cette durée sans un octet de progrès',
  'delivery.rules':
    'Lignes placées avant la table de `auto` : quel client, d’où, qui demande quoi, reçoit quoi',
  'delivery.viewerConnections': 'Connexions simultanées aux serveurs de téléchargement pour un spectateur',
  'delivery.slotWaitMs':
    'Combien de temps un lecteur attend une connexion libre avant qu’on lui dise de revenir',
  'delivery.locationLockMinutes':
    'Quand l’hébergeur dit « only 1 location », chaque lecteur reçoit ses octets par Passerelle pour cette durée',
  'delivery.filmMinutes':
    'Un lecteur qui ne revient jamais n’est redirigé que si les liens vivent, à ce que l’on sait, aussi longtemps',
  'delivery.nextEpisode': 'Préparer l’épisode suivant pendant la fin d’un épisode (un appel à l’API)',
  'cache.totalMiB':
    'Débuts et fins de films gardés dans dataDir/cache, pour que les analyses ne coûtent rien chez l’hébergeur ; 0 = aucun',
  'cache.fileMiB': 'Le plus qu’y prend un fichier : cinq huitièmes pour son début, le reste pour sa fin',
  'media.probe':
    'Lire les en-têtes des nouvelles vidéos quand rien n’est en lecture, pour les NFO et les analyses : un appel à l’API et 4 Mo chacune',
  'media.intervalMs':
    'Pause entre deux en-têtes ; au moins 10 s si des fichiers font moins de 50 Mo (ils bloquent l’adresse)',
  'media.callsPerDay':
    'Appels à l’API que la lecture des en-têtes peut prendre par jour (UTC) ; le reste attend le suivant',
  'media.warm':
    'Faire regarder à Jellyfin et Emby (de `notify`, ou de `gateways` avec une clé) chaque nouveau film dont l’en-tête est lu, quand rien n’est en lecture : ils en savent la durée avant la première lecture',
  'auth.adminToken': 'Pour l’API ; gardé dans dataDir avec le mode 0600, montré par `doctor`',
  'auth.user': 'Nom d’utilisateur pour parcourir',
  'auth.password': 'Mot de passe pour parcourir ; gardé dans dataDir avec le mode 0600, montré par `doctor`',
  'metrics.open': 'Si tout le monde peut lire `/metrics` ; sinon, il faut le jeton d’administration',
  'log.level': 'Combien est écrit dans le journal',
  'log.format':
    'Comment les lignes sont écrites : `pretty` pour les personnes, `json` pour les programmes ; auto = pretty dans un terminal, sinon json',
};

/** Defaults that are words, in French; a test finds those that are missing. */
export const frenchDefaults: Readonly<Record<string, string>> = {
  none: 'aucun',
  'made at first start': 'créé au premier démarrage',
  '`*.1fichier.com` and the alias domains': '`*.1fichier.com` et les domaines alias',
  'none: `http://localhost:<port>`': 'aucune : `http://localhost:<port>`',
};

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
