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
} as const;

function page(words: string): string {
  return `<!DOCTYPE html><html><head><title>1fichier.com</title></head><body><p>${words}</p></body></html>\n`;
}
