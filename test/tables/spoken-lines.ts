/** Sentences of films, by their language. */
export const spoken: Record<string, string[]> = {
  fr: [
    "Où étais-tu passé ? Je t'ai cherché partout.",
    "J'ai dû rester à la maison, ça n'allait pas.",
    'Il a reçu une lettre, bien sûr, mais il ne sait pas ce que c’est.',
    "Le cœur n'y est plus. Vous êtes prêts ?",
  ],
  en: [
    'We met at the café, I think it was raining.',
    'I don’t know what you want from me, and I really can’t help you.',
    'There was a man here, he said that he would come back.',
  ],
  de: [
    'Ich weiß nicht, was du meinst. Wir müssen gehen.',
    'Das ist schön, aber es hört nicht auf. Wo ist der Schlüssel?',
    'Hast du mich verstanden? Ja, natürlich.',
  ],
  es: [
    '¿Dónde está el niño? No lo sé, señor.',
    'Mañana será otro día, pero tú no estarás aquí.',
    '¡Qué sorpresa! Es muy difícil, pero lo haré por ti.',
  ],
  it: [
    'Perché non me lo hai detto? È una cosa molto bella.',
    'Non so che cosa sia, ma verrà anche lui. Così è la vita.',
    'Sì, è già qui, con la sua città.',
  ],
  pt: [
    'Não sei o que você quer. É uma situação muito difícil.',
    'Então vamos, a minha mãe está aqui com o coração na mão.',
    'Você também não tem razão.',
  ],
  sv: [
    'Jag vet inte vad du menar. Det är inte så farligt.',
    'Kan du komma hit? Vi måste gå nu, han är här.',
    'Det här är för mycket för mig.',
  ],
  pl: [
    'Nie wiem, co się stało. Jesteś pewien, że to był on?',
    'Dziękuję bardzo, ale muszę już iść. Gdzie są klucze?',
    'To nie jest śmieszne. Chodź tu, proszę cię.',
  ],
  cs: [
    'Nevím, co se stalo. Jsi si jistý, že to byl on?',
    'Děkuju, ale už musím jít. Kde jsou klíče? Tady ne.',
    'Proč jsi mi to neřekl? Všechno je v pořádku.',
  ],
  hu: [
    'Nem tudom, mi történt. Biztos vagy benne, hogy ő volt az?',
    'Köszönöm, de most már el kell mennem. Hol vannak a kulcsok?',
    'Ez nem vicces. Miért nem szóltál előbb? Jó, akkor gyere.',
  ],
  ro: [
    'Nu ştiu ce s-a întâmplat. Eşti sigur că el a fost?',
    'Mulţumesc, dar trebuie să plec. Unde sunt cheile?',
    'Asta nu este bine pentru mine şi nici pentru tine.',
  ],
  tr: [
    'Ne olduğunu bilmiyorum. O olduğuna emin misin?',
    'Teşekkür ederim ama şimdi gitmem gerekiyor. Anahtarlar nerede?',
    'Bu hiç komik değil. Neden bana söylemedin? Çok iyi bir şey bu.',
  ],
  ru: [
    'Я не знаю, что случилось. Ты уверен, что это был он?',
    'Спасибо, но мне нужно идти. Где ключи?',
    'Это не смешно. Почему ты мне не сказал?',
  ],
  el: [
    'Δεν ξέρω τι συνέβη. Είσαι σίγουρος ότι ήταν αυτός;',
    'Ευχαριστώ, αλλά πρέπει να φύγω. Πού είναι τα κλειδιά;',
    'Δεν είναι αστείο. Γιατί δεν μου το είπες;',
  ],
  ar: [
    'لا أعرف ماذا حدث. هل أنت متأكد أنه كان هو؟',
    'شكرا لك، لكن يجب أن أذهب الآن. أين المفاتيح؟',
    'هذا ليس مضحكا. لماذا لم تقل لي ذلك؟',
  ],
  ja: [
    '何が起きたのか分からない。本当に彼だったのか？',
    'ありがとう、でももう行かなきゃ。鍵はどこ？',
    'それは面白くないよ。どうして言ってくれなかったの？',
  ],
  'zh-Hans': [
    '我不知道发生了什么。你确定是他吗？',
    '谢谢，但是我得走了。钥匙在哪里？',
    '这不好笑。你为什么不告诉我？',
  ],
  'zh-Hant': [
    '我不知道發生了什麼。你確定是他嗎？',
    '謝謝，但是我得走了。鑰匙在哪裡？',
    '這不好笑。你為什麼不告訴我？',
  ],
  ko: [
    '무슨 일이 있었는지 모르겠어. 정말 그 사람이었어?',
    '고마워, 하지만 이제 가야 해. 열쇠는 어디 있어?',
    '그건 재미없어. 왜 나한테 말하지 않았어?',
  ],
};

/** Languages that an encoding can hold. */
export const encodings: Record<string, string[]> = {
  'windows-1252': ['fr', 'en', 'de', 'es', 'it', 'pt', 'sv'],
  'iso-8859-1': ['de', 'es', 'it', 'pt', 'sv'],
  'iso-8859-15': ['fr', 'de', 'es', 'it', 'pt', 'sv'],
  'windows-1250': ['pl', 'cs', 'hu', 'ro'],
  'iso-8859-2': ['pl', 'cs', 'hu'],
  'windows-1254': ['tr'],
  'windows-1251': ['ru'],
  'koi8-r': ['ru'],
  'windows-1253': ['el'],
  'windows-1256': ['ar'],
  shift_jis: ['ja'],
  'euc-jp': ['ja'],
  gb18030: ['zh-Hans'],
  big5: ['zh-Hant'],
  'euc-kr': ['ko'],
};

/** Sentences of films, a cue each. */
export function srt(...sentences: string[]): string {
  return sentences
    .map((sentence, n) => `${n + 1}\r\n00:00:0${n},000 --> 00:00:0${n},900\r\n${sentence}\r\n`)
    .join('\r\n');
}
