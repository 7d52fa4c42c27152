import type { repairEnglish } from './texts-repair-en.ts';

const many = (count: number, one: string, more: string) =>
  `${count.toLocaleString('fr')} ${count < 2 ? one : more}`;

/** Repair, in French. */
export const repairFrench: typeof repairEnglish = {
  title: 'Corriger',
  proposals: 'Suppressions qui attendent votre avis',
  proposalsNone: 'Aucune suppression n’attend.',
  accept: 'Retirer',
  refuse: 'Garder',
  undo: 'Annuler',
  accepted: (files) => `${many(files, 'fichier a été retiré', 'fichiers ont été retirés')}.`,
  refused: (files) => `${many(files, 'fichier reste', 'fichiers restent')}.`,
  undone: 'Tout est comme avant.',
  films: (files, films) =>
    `${many(files, 'fichier', 'fichiers')}, dont ${many(films, 'film ou épisode', 'films ou épisodes')}`,
  decided: 'Dernières décisions',
  states: { open: 'en attente', accepted: 'retiré', refused: 'gardé', undone: 'rétabli', settled: 'réglé' },
  review: 'Noms qui en disent trop peu',
  reviewNone: 'Chaque nom en dit assez.',
  fix: 'Corriger',
  file: 'Fichier du compte',
  as: 'C’est',
  kinds: {
    '': 'comme il a été lu',
    movie: 'un film',
    episode: 'un épisode',
    extra: 'un bonus',
    ignore: 'rien pour la médiathèque',
  },
  name: 'Titre',
  year: 'Année',
  season: 'Saison',
  episodes: 'Épisodes (1, 2)',
  preview: 'Voir ce qui bougerait',
  apply: 'Corriger',
  cancel: 'Abandonner',
  moves: (count) =>
    count === 0
      ? 'Rien ne changerait de place.'
      : `${many(count, 'fichier change', 'fichiers changent')} de place :`,
  fixed: 'C’est corrigé.',
  putAside: 'Laissés de côté, car les lire a fait des dégâts',
  twins: 'Plusieurs fichiers du même nom dans un dossier',
  twinsHint:
    'L’hébergeur le permet. Chacun a son propre chemin ; renommez ou supprimez-en un dans le compte.',
  seeOnWall: 'Les voir dans la médiathèque',
  fates: { moved: 'change de place', written: 'arrive', removed: 'disparaît' },
  plan: {
    title: 'La place de chaque chose',
    hint: 'Ce qui a sa place dans la médiathèque la garde, pour que rien de ce qui a été vu ne soit oublié. Voici ce qui changerait de place si tout était rangé aujourd’hui.',
    show: 'Voir ce qui bougerait',
    none: 'Tout est là où il serait aujourd’hui.',
    count: (count) => `${many(count, 'fichier changerait', 'fichiers changeraient')} de place.`,
    first: (count) => `Les ${count.toLocaleString('fr')} premiers :`,
    apply: (count) => `Déplacer ${many(count, 'fichier', 'fichiers')}`,
    applied: (count, failed) =>
      `${many(count, 'fichier a été déplacé', 'fichiers ont été déplacés')}.${failed > 0 ? ` ${many(failed, 'n’a pu être écrit', 'n’ont pu être écrits')}.` : ''}`,
    undo: 'Annuler le dernier déplacement',
    undone: (count) => `${many(count, 'fichier est revenu', 'fichiers sont revenus')} à sa place.`,
    undoNone: 'Il n’y a rien à annuler.',
  },
  trash: {
    title: 'Corbeille du compte',
    none: 'La corbeille est vide.',
    restore: 'Remettre',
    restored: 'C’est revenu à sa place.',
    files: (count) => many(count, 'fichier', 'fichiers'),
    empty: 'Tout supprimer maintenant',
    remove: 'Supprimer maintenant',
    removeOf: (path) => `Supprimer maintenant : ${path}`,
    sure: (count) =>
      `${many(count, 'élément est supprimé', 'éléments sont supprimés')} définitivement chez l’hébergeur. Personne ne peut revenir en arrière.`,
    sureOf: (path) =>
      `${path} est supprimé définitivement chez l’hébergeur. Personne ne peut revenir en arrière : c’est la seule chose qui ne s’annule pas.`,
    goneBefore: 'Cela ne s’y trouvait plus.',
    emptySure: 'Supprimer définitivement',
    emptied: (count) =>
      `${many(count, 'fichier a été supprimé', 'fichiers ont été supprimés')} définitivement.`,
  },
};
