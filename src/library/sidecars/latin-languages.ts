/** A language of Latin script: what tells its texts from those of its neighbours. */
export interface LatinLanguage {
  /** Encodings of one byte that its old texts are in, the commoner first. */
  encodings: readonly string[];
  /** Letters beside a to z, in lower case. */
  letters: string;
  /** The commonest words of dialogue, so that a few lines are enough. */
  words: ReadonlySet<string>;
}

const western = ['windows-1252', 'iso-8859-15'];
const central = ['windows-1250', 'iso-8859-2'];

const rows: readonly (readonly [
  code: string,
  encodings: readonly string[],
  letters: string,
  words: string,
])[] = [
  [
    'fr',
    western,
    'àâäæçèéêëîïôöœùûüÿ',
    "je tu il elle on nous vous ils elles le la les un une des de du et est pas que qui ne ce ça se en à au aux dans pour sur avec mais où oui non bien tout c'est j'ai qu'est d'accord été être fait moi toi suis es sont merci",
  ],
  [
    'en',
    western,
    'àâçèéêëïñôöüæœ',
    "the you i a to and it of that is in we what he she this they are was have do don't i'm it's no not be for on with me my your know just like all there here can but",
  ],
  [
    'de',
    western,
    'äöüßéèàêç',
    'ich du er sie es wir ihr das die der den dem ein eine einen und ist nicht ja nein was wie zu mit auf für mir mich dir dich hat habe haben sind bin war wenn aber auch noch so',
  ],
  [
    'es',
    western,
    'áéíñóúü',
    'yo tú él ella que de no a la el es y en lo un una por qué me se te los las le con para mi está si bien su eso como pero muy más aquí esto hay estoy ha gracias usted cómo del',
  ],
  [
    'it',
    western,
    'àèéìíòóùú',
    'io tu lui lei noi che di non è il la un una e per mi si ti con sono ho ha lo le gli ma come se cosa del della bene qui questo quello sì no anche perché più hai sei molto grazie',
  ],
  [
    'pt',
    western,
    'àáâãçéêíóôõúü',
    'eu tu ele ela que de não o a os as é um uma e do da em para por com se me te isso está você mas como bem ao meu minha sim foi aqui muito no na vai ser tem obrigado',
  ],
  [
    'nl',
    western,
    'áäéèëêïíóöúü',
    'ik je jij hij ze we het de een en is van dat niet wat in te ja nee op voor met zijn maar er die heb hebben ben was als hier nog naar goed mijn wel kan dit',
  ],
  [
    'sv',
    western,
    'åäöéà',
    'jag du han hon vi det att är och en ett på inte som för med har den vad var till om mig dig så men nej ja de kan ska här hur av',
  ],
  [
    'da',
    western,
    'åæøéäö',
    'jeg du han hun vi det at er og en et på ikke som for med har den hvad var til om mig dig så men nej ja de kan skal her hvor af nu ved',
  ],
  [
    'no',
    western,
    'åæøéòôäö',
    'jeg du han hun vi det å at er og en et på ikke som for med har den hva var til om meg deg så men nei ja de kan skal her hvor av nå vet',
  ],
  [
    'fi',
    western,
    'äöåšž',
    'minä sinä hän me te he se on ei ja että mitä en et olen olet oli ole niin mutta kun jos tämä nyt hyvä kyllä mikä kuin voi pitää sen minun sinun vain täällä',
  ],
  [
    'pl',
    central,
    'ąćęłńóśźż',
    'ja ty on ona nie to się jest że na w i z do co jak ale za mi cię mnie tak po tu czy tego być był dla go jesteś jestem wiem może dobrze bardzo dziękuję już tylko',
  ],
  [
    'cs',
    central,
    'áčďéěíňóřšťúůýž',
    'já ty on ona ne to se je že na v a s do co jak ale za mi tě mě ano tak po tu jsem jsi není být byl pro ho jen už když jsme jste dobře děkuju proč kde tady bude něco',
  ],
  [
    'sk',
    central,
    'áäčďéíĺľňóôŕšťúýž',
    'ja ty on ona nie to sa je že na v a s do čo ako ale za mi ťa ma áno tak po tu som si byť bol pre ho len už keď sme ste dobre ďakujem prečo kde bude niečo',
  ],
  [
    'hu',
    central,
    'áéíóöőúüű',
    'én te ő mi ti ők a az nem és hogy is van egy ez azt de igen meg csak ha most mit itt már ki jó el kell lesz volt vagyok vagy mint köszönöm ezt nincs miért',
  ],
  [
    'ro',
    central,
    'âăîşţșțéá',
    'eu tu el ea noi să nu de la că este și şi un o în pe ce cu e a am ai mai da mă te se pentru dar sunt din bine fi asta unde lui al ești eşti știu ştiu foarte mulțumesc',
  ],
  [
    'hr',
    central,
    'čćđšž',
    'ja ti on ona ne je da se to u i na sam si što za su nije mi me te ali li od kao sve ovo samo kako ovdje bih ću znam zašto hvala dobro nisam',
  ],
  [
    'tr',
    ['windows-1254', 'iso-8859-9'],
    'çğıöşüâîûiİ',
    'ben sen o biz siz bu bir ve ne için de da değil mi çok var yok evet hayır ama gibi daha benim senin seni beni şey iyi sana bana ile şimdi nasıl tamam neden kadar olduğunu burada',
  ],
  [
    'id',
    western,
    'é',
    'aku kau dia kami kita mereka yang tidak ini itu dan di ke apa ada untuk dengan akan bisa dari tak saya anda sudah jika kamu harus baik tapi orang',
  ],
  [
    'vi',
    [],
    'àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ',
    'tôi anh em là không có và của một cho được người này đó các với như đã cô ta chúng bạn phải ở thì đi làm gì rồi biết',
  ],
];

/** By the code that media servers read. */
export const latinLanguages: ReadonlyMap<string, LatinLanguage> = new Map(
  rows.map(([code, encodings, letters, words]) => [
    code,
    { encodings, letters, words: new Set(words.split(' ')) },
  ]),
);

/** Words in lower case, apostrophes kept inside (`c'est`). */
export function spokenWords(text: string): string[] {
  return (
    text
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[\p{L}\p{M}]+(?:'[\p{L}\p{M}]+)?/gu) ?? []
  );
}

/** Share of these words that are common in this language. */
export function commonShare(words: readonly string[], language: LatinLanguage): number {
  let hits = 0;
  for (const word of words) if (language.words.has(word)) hits++;
  return words.length === 0 ? 0 : hits / words.length;
}
