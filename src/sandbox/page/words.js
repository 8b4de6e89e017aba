// The page's words in French and English, and its dates and times. French has its no-break spaces (U+202F, U+00A0).

const french = {
  signIn: 'Entrer avec un jeton',
  token: 'Jeton d’accès',
  enter: 'Entrer',
  channels: 'Canaux',
  directMessages: 'Messages directs',
  browse: 'Parcourir les canaux',
  join: 'Rejoindre',
  open: 'Ouvrir',
  people: 'Personnes',
  nothingToJoin: 'Vous êtes dans tous les canaux publics.',
  you: '(vous)',
  speakAs: 'Parler en tant que',
  showChannels: 'Afficher les canaux',
  close: 'Fermer',
  members: '{n} membres',
  member: '1 membre',
  writeTo: 'Écrire dans {name}',
  writeToPerson: 'Écrire à {name}',
  reply: 'Répondre',
  replyInThread: 'Répondre dans le fil…',
  send: 'Envoyer',
  replies: '{n} réponses',
  oneReply: '1 réponse',
  thread: 'Fil de discussion',
  edited: 'modifié',
  onlyYou: 'Visible par vous seulement',
  dismiss: 'Masquer',
  today: 'Aujourd’hui',
  yesterday: 'Hier',
  newMessages: 'Nouveaux messages',
  below: 'Nouveau message',
  older: 'Messages plus anciens',
  start: 'Début de {name}',
  publicChannel: 'Canal public',
  privateChannel: 'Canal privé',
  archived: 'Canal archivé',
  direct: 'Message direct',
  unread: 'non lu',
  mentions: '{n} mentions',
  offline: 'Connexion perdue, nouvel essai en cours…',
  noCommand: 'Choisir une commande',
  cancel: 'Annuler',
  submit: 'Valider',
  optional: '(facultatif)',
  required: 'Ce champ est obligatoire.',
  tooShort: 'Au moins {n} caractères.',
  tooLong: 'Au plus {n} caractères.',
  badEmail: 'Adresse e-mail incorrecte.',
  badNumber: 'Ce n’est pas un nombre.',
  badAddress: 'Commencez par http:// ou https://.',
  choose: 'Choisir…',
  tryIt: 'Essayer',
  failed: 'Échec\u00a0: {why}',
  noChannel: 'Aucun canal.',
  file: 'fichier',
  remove: 'retirer votre réaction {name}',
  react: 'réagir avec {name}',
  joined: '{user} a rejoint le canal.',
  left: '{user} a quitté le canal.',
  added: '{user} a été ajouté par {by}.',
  removed: '{user} a été retiré du canal.',
  joinedTeam: '{user} a rejoint l’équipe.',
  signedOut: 'Ce jeton n’est plus accepté.',
  reload: 'Recharger',
  picture: 'image',
  unknownUser: 'quelqu’un',
}

/** @type {typeof french} */
const english = {
  signIn: 'Enter with a token',
  token: 'Access token',
  enter: 'Enter',
  channels: 'Channels',
  directMessages: 'Direct messages',
  browse: 'Browse channels',
  join: 'Join',
  open: 'Open',
  people: 'People',
  nothingToJoin: 'You are in every public channel.',
  you: '(you)',
  speakAs: 'Speak as',
  showChannels: 'Show channels',
  close: 'Close',
  members: '{n} members',
  member: '1 member',
  writeTo: 'Write to {name}',
  writeToPerson: 'Write to {name}',
  reply: 'Reply',
  replyInThread: 'Reply in the thread…',
  send: 'Send',
  replies: '{n} replies',
  oneReply: '1 reply',
  thread: 'Thread',
  edited: 'edited',
  onlyYou: 'Only visible to you',
  dismiss: 'Dismiss',
  today: 'Today',
  yesterday: 'Yesterday',
  newMessages: 'New messages',
  below: 'New message',
  older: 'Older messages',
  start: 'Beginning of {name}',
  publicChannel: 'Public channel',
  privateChannel: 'Private channel',
  archived: 'Archived channel',
  direct: 'Direct message',
  unread: 'unread',
  mentions: '{n} mentions',
  offline: 'Connection lost, trying again…',
  noCommand: 'Choose a command',
  cancel: 'Cancel',
  submit: 'Submit',
  optional: '(optional)',
  required: 'This field is required.',
  tooShort: 'At least {n} characters.',
  tooLong: 'At most {n} characters.',
  badEmail: 'Not an e-mail address.',
  badNumber: 'Not a number.',
  badAddress: 'Begin with http:// or https://.',
  choose: 'Choose…',
  tryIt: 'Try',
  failed: 'Failed: {why}',
  noChannel: 'No channel.',
  file: 'file',
  remove: 'remove your reaction {name}',
  react: 'react with {name}',
  joined: '{user} joined the channel.',
  left: '{user} left the channel.',
  added: '{user} was added by {by}.',
  removed: '{user} was removed from the channel.',
  joinedTeam: '{user} joined the team.',
  signedOut: 'This token is no longer accepted.',
  reload: 'Reload',
  picture: 'picture',
  unknownUser: 'somebody',
}

/**
 * The words and dates of one language.
 * @param {string} language as in `navigator.language`: French if it starts with `fr`, else English
 */
export function createWords(language) {
  const isFrench = /^fr\b/i.test(language)
  const words = isFrench ? french : english
  const locale = isFrench ? 'fr-FR' : language.toLowerCase().startsWith('en') ? language : 'en-GB'
  const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' })
  const day = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' })
  const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'medium' })

  return {
    language: isFrench ? /** @type {const} */ ('fr') : /** @type {const} */ ('en'),
    /** @param {keyof typeof french} key @param {Record<string, string | number>} [values] */
    say: (key, values = {}) => words[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? '')),
    /** @param {number} at Unix milliseconds */
    clock: (at) => clock.format(at),
    /** @param {number} at Unix milliseconds */
    exact: (at) => exact.format(at),
    /** @param {number} at @param {number} now Unix milliseconds */
    day(at, now) {
      const yesterday = new Date(now)
      yesterday.setDate(yesterday.getDate() - 1)
      if (dayOf(at) === dayOf(now)) return words.today
      return dayOf(at) === dayOf(yesterday.getTime()) ? words.yesterday : day.format(at)
    },
    /** @param {number} bytes 1 Ko = 1024 bytes */
    size(bytes) {
      const units = isFrench ? ['octets', 'Ko', 'Mo', 'Go'] : ['bytes', 'KB', 'MB', 'GB']
      const power = Math.min(3, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
      const figure = new Intl.NumberFormat(locale, { maximumFractionDigits: power === 0 ? 0 : 1 }).format(
        bytes / 1024 ** power,
      )
      return `${figure}\u00a0${units[power]}`
    },
  }
}

/**
 * The local calendar day, to tell whether two posts share it.
 * @param {number} at Unix milliseconds
 */
export function dayOf(at) {
  return new Date(at).toDateString()
}

/** @typedef {ReturnType<typeof createWords>} Words */
