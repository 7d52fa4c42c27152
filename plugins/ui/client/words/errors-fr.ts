/** What an error says and what to do, by its code. */
export const frenchErrors: Readonly<Record<string, readonly [message: string, remedy: string]>> = {
  BRIDGE_HOST_FLOOD: [
    'L’hébergeur dit que nous demandons trop souvent et nous a fermé la porte pour un moment',
    'Attendez ; rien n’est perdu. Si cela revient, augmentez fichier.requestIntervalMs',
  ],
  BRIDGE_HOST_IP_LOCKED: [
    'L’hébergeur a bloqué cette adresse internet',
    'Attendez jusqu’à une heure ; vérifiez qu’aucun autre programme n’utilise le compte',
  ],
  BRIDGE_HOST_KEY: [
    'L’hébergeur n’accepte pas la clé d’API',
    'Faites une nouvelle clé sur https://1fichier.com/console/params.pl ; si le site demande un nouveau mot de passe, donnez-le d’abord',
  ],
  BRIDGE_HOST_NOT_PREMIUM: [
    'L’hébergeur ne donne pas de liens directs à ce compte',
    'Renouvelez le compte, puis relancez la lecture',
  ],
  BRIDGE_HOST_OWNER_LOCKED: [
    'L’hébergeur a bloqué le propriétaire de ce fichier',
    'Copiez le fichier dans votre compte depuis une source vivante ; s’il est à vous, demandez à l’hébergeur',
  ],
  BRIDGE_HOST_FILE_GONE: [
    'L’hébergeur n’a plus ce fichier',
    'La prochaine synchronisation le retire de la médiathèque ; renvoyez-le si vous l’avez',
  ],
  BRIDGE_HOST_FORBIDDEN: [
    'L’hébergeur ne permet pas l’accès à ce fichier',
    'Regardez sur le site les règles d’accès du fichier (pays, adresse, compte)',
  ],
  BRIDGE_HOST_PASSWORD: [
    'Ce fichier est protégé par un mot de passe',
    'Retirez le mot de passe du fichier sur le site',
  ],
  BRIDGE_HOST_LOCATION: [
    'Le compte est utilisé depuis une autre adresse internet',
    'Faites passer tous les lecteurs par Passerelle (delivery.mode: proxy) ; ne mélangez pas IPv4 et IPv6, ni deux foyers',
  ],
  BRIDGE_HOST_VPN: [
    'L’hébergeur prend cette connexion pour un VPN ou un centre de données',
    'Faites sortir Passerelle par la connexion de la maison',
  ],
  BRIDGE_HOST_NOTHING_DONE: ['L’hébergeur n’avait rien à changer', 'Rien à faire'],
  BRIDGE_HOST_NOT_READY: [
    'L’hébergeur prépare encore ce fichier',
    'Attendez une demi-minute après un envoi, puis relancez la lecture',
  ],
  BRIDGE_HOST_REFUSED: [
    'L’hébergeur a refusé pour une raison que nous ne connaissons pas',
    'Lisez ses mots dans le journal',
  ],
  BRIDGE_HOST_MAINTENANCE: [
    'L’hébergeur répond par une page web au lieu de données (maintenance)',
    'Attendez ; la médiathèque reste comme elle est',
  ],
  BRIDGE_HOST_ERROR: ['L’hébergeur a un problème', 'Attendez ; la médiathèque reste comme elle est'],
  BRIDGE_HOST_UNREACHABLE: [
    'L’hébergeur est injoignable',
    'Regardez la connexion internet et fichier.apiUrl',
  ],
  BRIDGE_HOST_TIMEOUT: ['L’hébergeur n’a pas répondu à temps', 'Attendez et réessayez'],
  BRIDGE_HOST_ODD_ANSWER: [
    'L’hébergeur a répondu quelque chose d’illisible',
    'Regardez le journal ; signalez-le si cela dure',
  ],
  BRIDGE_GATE_CLOSED: [
    'Pas d’appels à l’hébergeur pour le moment',
    'Attendez l’heure annoncée ; ce qui a un lien vivant se lit encore',
  ],
  BRIDGE_GATE_BUSY: [
    'L’appel n’a pas eu son tour à temps',
    'Réessayez ; une synchronisation est peut-être en cours',
  ],
  BRIDGE_LINK_ELSEWHERE: [
    'L’hébergeur a nommé un serveur de téléchargement qui n’est pas dans la liste',
    'S’il est vraiment à lui, ajoutez-le à fichier.downloadHosts',
  ],
  BRIDGE_UPLOAD_NODE: [
    'Un serveur d’envoi de l’hébergeur a échoué',
    'Réessayez : un autre sera demandé. Rien n’a été stocké',
  ],
  BRIDGE_UPLOAD_REFUSED: [
    'L’hébergeur ne prend pas ce fichier',
    'Regardez sa taille et la place libre du compte ; aucun compte ne prend de fichiers vides',
  ],
  BRIDGE_UPLOAD_SOURCE: ['Le fichier a changé pendant l’envoi', 'Renvoyez-le quand plus rien n’y écrit'],
  BRIDGE_UPLOAD_EXISTS: [
    'Il y a un autre fichier de ce nom',
    'Donnez-lui un nom à lui ; passerelle put --force remplace ce qui est là',
  ],
  BRIDGE_UPLOAD_FULL: [
    'Il n’y a pas de place pour ce fichier',
    'Regardez la place libre du compte, du disque de dataDir, et uploads.spoolMiB',
  ],
  BRIDGE_UPLOAD_OFFSET: [
    'L’envoi reprend à un autre octet',
    'Demandez avec HEAD où il reprend, et envoyez à partir de là',
  ],
  BRIDGE_UPLOAD_BUSY: [
    'Une autre requête fait déjà cet envoi',
    'Attendez-la, puis demandez avec HEAD où l’envoi reprend',
  ],
  BRIDGE_UPLOAD_CHECKSUM: [
    'Ce qui est arrivé n’est pas ce que dit la somme de contrôle',
    'Renvoyez : rien de ce morceau n’a été gardé',
  ],
  BRIDGE_UPLOAD_VERSION: ['Cette version de tus n’est pas parlée ici', 'Envoyez Tus-Resumable: 1.0.0'],
  BRIDGE_UPLOAD_GONE: [
    'Cet envoi n’a pas pu entrer dans le compte, et il est terminé',
    'Demandez avec GET pourquoi, et recommencez',
  ],
  BRIDGE_TOO_MANY_UPLOADS: [
    'Trop d’envois ont commencé sans finir',
    'Terminez-en ou supprimez-en ; un envoi dont rien ne vient pendant uploads.resumeHours est oublié',
  ],
  BRIDGE_CONFLICT: ['Il n’y a pas de dossier pour cela', 'Créez d’abord le dossier où il doit aller'],
  BRIDGE_UPLOAD_DAMAGED: [
    'Trois fois, l’hébergeur n’avait pas ce qui avait été envoyé',
    'Vérifiez cette machine et sa mémoire ; rien n’en est resté chez l’hébergeur',
  ],
  BRIDGE_UPLOAD_UNSURE: [
    'La connexion s’est coupée quand tout le fichier était envoyé',
    'Regardez s’il est là avant de le renvoyer',
  ],
  BRIDGE_DOWNLOAD_EXISTS: [
    'Il y a un autre fichier de ce nom sur cette machine',
    'Donnez-lui un nom à lui ; --force remplace ce qui est là',
  ],
  BRIDGE_DOWNLOAD_BUSY: [
    'Un autre passerelle get écrit dans ce fichier',
    'Attendez-le, ou donnez un autre nom',
  ],
  BRIDGE_DOWNLOAD_DAMAGED: [
    'Ce qui est venu n’est pas ce que l’hébergeur dit avoir ; cela a été retiré',
    'Recommencez ; si cela dure, synchronisez : le fichier est peut-être un autre, ou abîmé chez l’hébergeur',
  ],
  BRIDGE_INBOX_OUTSIDE: [
    'Ce fichier n’est dans aucun dossier d’arrivée',
    'Nommez un fichier sous un dossier du réglage inbox, par le chemin que voit Passerelle',
  ],
  BRIDGE_INBOX_STRM: [
    'Un autre fichier occupe la place du STRM d’un dossier d’arrivée',
    'Déplacez-le ; le film est dans le compte, et son fichier reste ici jusque-là',
  ],
  BRIDGE_LINK_DEAD: ['L’hébergeur refuse les liens qu’il vient de donner', 'Réessayez dans une minute'],
  BRIDGE_UPSTREAM_CUT: [
    'L’hébergeur a plusieurs fois cessé d’envoyer le fichier',
    'Réessayez ; regardez la connexion internet',
  ],
  BRIDGE_UPSTREAM_CHANGED: [
    'Le fichier de l’hébergeur n’est pas celui du catalogue',
    'Lancez une synchronisation',
  ],
  BRIDGE_TOO_MANY_STREAMS: [
    'Toutes les connexions à l’hébergeur sont prises',
    'Arrêtez un autre film, ou augmentez fichier.connections',
  ],
  BRIDGE_BAD_REQUEST: ['Cette demande ne peut pas être lue', 'Regardez ce qui a été saisi'],
  BRIDGE_UNAUTHORIZED: ['Il faut le nom et le mot de passe, ou le jeton', 'passerelle doctor les affiche'],
  BRIDGE_NOT_FOUND: ['Il n’y a rien à cette adresse', 'Regardez comment elle est écrite, ou synchronisez'],
  BRIDGE_METHOD: ['Cette adresse ne prend pas cette méthode', 'Utilisez GET ou HEAD'],
  BRIDGE_READ_ONLY: [
    'Cette vue est en lecture seule',
    'Changez les fichiers chez l’hébergeur ; ceux sous /dav/account/ peuvent être changés ici si dav.write vaut account',
  ],
  BRIDGE_PRECONDITION: ['Le fichier n’est pas la version demandée', 'Rouvrez-le'],
  BRIDGE_LOCKED: [
    'Un autre programme a verrouillé ce fichier ou ce dossier par WebDAV',
    'Fermez-le là-bas, ou attendez : un verrou qui n’est pas renouvelé finit en une heure',
  ],
  BRIDGE_TOO_MANY_LOCKS: [
    'Trop de fichiers sont verrouillés par WebDAV',
    'Fermez-en, ou attendez : un verrou qui n’est pas renouvelé finit en une heure',
  ],
  BRIDGE_TOO_MANY_BODIES: [
    'Trop de fichiers arrivent en même temps',
    'Envoyez-en moins à la fois, ou attendez que certains soient chez l’hébergeur',
  ],
  BRIDGE_DESTINATION_ELSEWHERE: [
    'La destination est un autre serveur',
    'Copiez par la machine qui demande : rien n’est envoyé d’ici à d’autres',
  ],
  BRIDGE_SLOW_REQUEST: ['La demande n’est pas arrivée à temps', 'Renvoyez-la'],
  BRIDGE_TOO_LARGE: ['La demande est trop grande', 'Envoyez-en moins'],
  BRIDGE_URI_TOO_LONG: ['L’adresse est trop longue', 'Regardez l’adresse'],
  BRIDGE_MEDIA_TYPE: ['Un contenu de ce genre n’est pas pris ici', 'N’envoyez pas de contenu'],
  BRIDGE_RANGE: ['Le morceau demandé est hors du fichier', 'Rouvrez-le'],
  BRIDGE_TOO_MANY_TRIES: [
    'Trop de mots de passe ou de jetons faux sont venus de cette adresse',
    'Attendez un peu ; passerelle doctor affiche les bons',
  ],
  BRIDGE_TOO_MANY_REQUESTS: [
    'Trop de réponses attendent d’être lues à cette adresse',
    'Lisez-les d’abord, ou demandez-en moins à la fois',
  ],
  BRIDGE_HEADERS_TOO_LARGE: ['Les en-têtes de la demande sont trop grands', 'Envoyez moins d’en-têtes'],
  BRIDGE_NOT_INDEXED: [
    'Ce dossier n’a pas encore été lu',
    'Attendez la première synchronisation ; l’accueil montre où elle en est',
  ],
  BRIDGE_NOT_READY: [
    'Passerelle n’est pas prêt : l’hébergeur n’a pas encore accepté la clé',
    'Attendez le premier appel à l’hébergeur ; s’il refuse la clé, faites-en une nouvelle',
  ],
  BRIDGE_ORIGIN_DOWN: [
    'Le serveur multimédia derrière la passerelle ne répond pas',
    'Voyez s’il tourne, et si gateways porte son adresse',
  ],
  BRIDGE_ORIGIN_TIMEOUT: [
    'Le serveur multimédia derrière la passerelle n’a pas répondu à temps',
    'Voyez s’il est occupé, et réessayez',
  ],
  BRIDGE_STOPPING: ['Passerelle s’arrête', 'Réessayez dans un instant'],
  BRIDGE_SETTINGS: ['Les réglages ont des défauts', 'Corrigez ce qui est listé, puis redémarrez'],
  BRIDGE_LISTEN: [
    'Passerelle ne peut pas écouter à son adresse',
    'Si elle est prise, un autre Passerelle tourne peut-être ; sinon voyez server.host et server.port',
  ],
  BRIDGE_CATALOG_DAMAGED: [
    'Le catalogue est abîmé et n’a pas été touché',
    'Sortez catalog.db de dataDir (gardez-le), puis redémarrez : une synchronisation en refait un',
  ],
  BRIDGE_CATALOG_NEWER: [
    'Le catalogue vient d’un Passerelle plus récent et n’a pas été touché',
    'Lancez la version plus récente, ou sortez catalog.db de dataDir',
  ],
  BRIDGE_CATALOG_IN_USE: ['Un autre Passerelle écrit dans ce catalogue', 'Arrêtez l’autre, ou attendez-le'],
  BRIDGE_OWNER_GONE: [
    'Le Passerelle qui faisait le travail s’est arrêté au milieu',
    'Ce qu’il avait fait reste fait ; relancez',
  ],
  BRIDGE_OWNER_OTHER: [
    'Le Passerelle qui tourne répond ce que celui-ci ne comprend pas',
    'Ils sont de deux versions : redémarrez passerelle serve',
  ],
  BRIDGE_CRAWL_RUNNING: ['Une synchronisation est déjà en cours', 'Attendez-la'],
  BRIDGE_BUDGET: [
    'Les appels du jour sont épuisés',
    'Cela reprend tout seul demain ; augmentez sync.callsPerDay si l’hébergeur le supporte',
  ],
  BRIDGE_ROOT_NOT_FOUND: [
    'Un dossier de library.roots n’existe pas dans le compte',
    'Regardez comment library.roots est écrit ; passerelle ls / montre ce qu’il y a. Rien n’a été retiré',
  ],
  BRIDGE_PROPOSAL_UNKNOWN: ['Il n’y a pas de telle proposition', 'Rechargez la page'],
  BRIDGE_PROPOSAL_DECIDED: [
    'Cette proposition n’est pas dans un état qui le permet',
    'Rechargez la page : son état y est ; « Annuler » revient sur une décision',
  ],
  BRIDGE_DISK: [
    'Le disque est plein ou ne peut pas être écrit',
    'Faites de la place, ou regardez les droits de dataDir et de library.dir',
  ],
  BRIDGE_NOT_SET_UP: [
    'Passerelle n’a pas encore de clé d’API',
    'Ouvrez sa page et suivez le guide, ou réglez FICHIER_API_KEY et redémarrez',
  ],
  BRIDGE_SETUP_OVER: [
    'Passerelle est réglé : le guide est fermé',
    'Changez les réglages dans la page, dans config/passerelle.yaml ou dans l’environnement',
  ],
  BRIDGE_SETUP_NO_KEY: ['L’hébergeur n’a pas encore accepté de clé', 'Vérifiez d’abord une clé'],
  BRIDGE_SETUP_BUSY: [
    'L’hébergeur n’est interrogé que sur une clé à la fois, avec une pause avant la suivante',
    'Attendez un peu ; relisez la clé pendant ce temps',
  ],
  BRIDGE_SETTINGS_CHANGED: [
    'Quelqu’un d’autre a changé les réglages entre-temps',
    'Regardez-les à nouveau, puis changez-les',
  ],
  BRIDGE_SETTING_FIXED: [
    'Ce réglage ne se change pas dans la page',
    'Réglez-le dans config/passerelle.yaml ou dans l’environnement, puis redémarrez',
  ],
  BRIDGE_INTERNAL: ['Quelque chose a échoué dans Passerelle', 'Regardez le journal et signalez-le'],
};
