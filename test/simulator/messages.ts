/** The host's words. The numbers vary from call to call, as the real ones vary from client report to client report. */
export const messages = {
  floodIp: { status: 403, words: 'Flood detected: IP Locked', numbers: [374, 412] },
  floodUserInfo: { status: 403, words: 'Flood detected: IP Locked', numbers: [38] },
  floodUser: { status: 403, words: 'Flood detected: User Locked', numbers: [218, 223] },
  floodKey: { status: 403, words: 'Flood detected: User APK Locked', numbers: [224] },
  ipLocked: { status: 403, words: 'IP Locked', numbers: [374] },
  notAuthenticated: { status: 401, words: 'Not authenticated', numbers: [29] },
  badToken: { status: 403, words: 'Bad token', numbers: [31] },
  noSuchUser: { status: 403, words: 'No such user', numbers: [93, 142] },
  /** Of the verb that needs no key. It comes without a status. */
  notJson: { status: 403, words: 'Content-Type not JSON', numbers: [24] },
  badRequest: { status: 403, words: 'Bad request', numbers: [21] },
  notCustomer: { status: 403, words: 'Must be a customer (Premium, Access)', numbers: [200, 236] },
  ownerLocked: { status: 403, words: 'Owner locked', numbers: [620, 649] },
  notFound: { status: 404, words: 'Resource not found', numbers: [469] },
  notAllowed: { status: 403, words: 'Resource not allowed', numbers: [631] },
  noPassword: { status: 403, words: 'Password not provided. Resource not allowed', numbers: [631] },
  wrongPassword: { status: 403, words: 'Invalid password. Resource not allowed', numbers: [631] },
  location: { status: 403, words: 'Only 1 location allowed at a time', numbers: [887] },
  vpn: {
    status: 403,
    words:
      'Premium status is only allowed to be used on residential private and dedicated - internet connexion - 127.0.0.1 - Use CDN credits',
    numbers: [913],
  },
  notRenamed: { status: 200, words: 'No file has been renamed', numbers: [312] },
  noChanges: { status: 200, words: 'No changes requested', numbers: [261] },
  /** The real words of the next two are not known. */
  folderExists: { status: 200, words: 'Folder already exists', numbers: [105] },
  folderNotEmpty: { status: 200, words: 'Folder is not empty', numbers: [107] },
  /** The real words are not known; only that it is a KO with HTTP 200. */
  notReady: { status: 200, words: 'Try again later', numbers: [525] },
} as const;

export type MessageName = keyof typeof messages;

/** Web pages that come instead of data or of a file. All are `text/html` without Content-Disposition. */
export const pages = {
  notFound: page('File not found !'),
  deleted: page('The requested file has been deleted'),
  restricted: page('Accès restreint. VPN detected / Requires the use of CDN credits or Premium GOLD'),
  database: page("Software error: Can't connect DB"),
  maintenance: page('Our services are in maintenance. Please come back after'),
  busy: page('503 Service Temporarily Unavailable'),
  tooMany: page('Votre adresse IP ouvre trop de connexions vers le serveur'),
  ipLocked: page('IP Locked. Will be unlocked within 1h.'),
  location: page('You can use your account only for downloading from another address'),
  sharePassword: page('Ce dossier est protégé. This folder is protected by password'),
  moved: page('Moved ! Temporary Redirect'),
  noFileInForm: block("Pas de fichier trouvé dans l'envoi"),
  noDestination: block('Ne peut ouvrir le fichier destination'),
  pleaseWait: block('Veuillez patienter / Please wait'),
  scan: block('Analyse anti-virus'),
  /** The words of the next two are not known. */
  badUpload: block('Identifiant invalide'),
  tooLarge: block('Fichier trop volumineux'),
} as const;

/** A node that does not take an upload, in words of a test. */
export const refusalPage = (words: string): string => block(words);

/** How the nodes say what they think of an upload; first a block without words. */
function block(words: string): string {
  return `<!DOCTYPE html><html><body><div class="bloc2"></div><div class="bloc2">${words}</div></body></html>\n`;
}

function page(words: string): string {
  return `<!DOCTYPE html><html><head><title>1fichier.com</title></head><body><p>${words}</p></body></html>\n`;
}
