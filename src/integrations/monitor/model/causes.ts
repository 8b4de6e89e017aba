// What a sentence may say of why something fails, and when: each idea with the words that tell it in French and English, and the
// evidence that bears it out. An idea whose evidence is absent is a cause made up (issue "The watch", "The short text").

import type { FailureKind } from '../monitor.ts'
import type { Evidence } from './evidence.ts'

/** Stands in a sentence for what the evidence says word for word: its name, its address, the error. */
export const quoted = '¤'

interface Idea {
  readonly words: RegExp
  readonly kinds?: readonly FailureKind[]
  readonly statuses?: readonly number[]
}

const ideas: readonly Idea[] = [
  {
    words: /timed?[ -]?out|délais?|trop (?:de temps|longtemps|lent)|too (?:long|slow)|in time|à temps|deadline/iu,
    kinds: ['timeout'],
    statuses: [408, 504],
  },
  { words: /expir/iu, kinds: ['timeout', 'tls'], statuses: [408, 504] },
  { words: /refus|rien n.écoute|nothing listens/iu, kinds: ['refused', 'forbidden', 'redirects'] },
  { words: /\bdns\b|nxdomain|noms? de domaine|domain name|résolution d[eu]s? noms?|name resolution/iu, kinds: ['dns'] },
  { words: /\btls\b|\bssl\b|certifica|handshake|chiffr|encrypt/iu, kinds: ['tls'] },
  { words: /réseau|network|rout(?:age|e|eur|ing)\b|connectivi|lien internet/iu, kinds: ['unreachable', 'dns'] },
  { words: /passerelle|gateway|proxy|amont|upstream|backend/iu, statuses: [502, 504] },
  { words: /internes?(?!\p{L})|internal/iu, statuses: [500] },
  {
    words: /authenti|autoris|authoriz|accès (?:refusé|interdit)|forbidden|interdit|denied|permission|droits?\b/iu,
    kinds: ['forbidden'],
    statuses: [401, 403, 407],
  },
  { words: /introuvable|not found|n.existe (?:pas|plus)|does not exist|disparu|missing/iu, statuses: [404, 410] },
  { words: /trop de requêtes|too many requests|rate.?limit|quota/iu, statuses: [429] },
  { words: /redirec/iu, kinds: ['redirects'], statuses: [301, 302, 303, 307, 308] },
  { words: /contenu|content\b|attendue?s?\b|expected/iu, kinds: ['content', 'status', 'protocol'] },
  { words: /illisible|unreadable|malform|protocol/iu, kinds: ['protocol'] },
  { words: /tâche|\bjobs?\b|\bcron\b|annonc|report(?:ed)?\b/iu, kinds: ['missed', 'reported'] },
  // What no check of ours can see.
  {
    words: /surcharg|overload|satur|trafic|traffic|\bpics?\b|\bspike|charge\b|\bload\b|capacit|ressources|resources/iu,
  },
  { words: /mémoire|memory|\bcpu\b|processeur|disque|\bdis[ck]s?\b|stockage|storage|\boom\b|espace/iu },
  { words: /attaqu|attack|d?dos\b|intrus|pirat|hack|malware|virus|rançon|ransom|breach|vulnérab|vulnerab|exploit/iu },
  { words: /maintenance|mise à (?:jour|niveau)|\bupdat|upgrad|déploi|deploy|migrat|config|release|livraison/iu },
  { words: /bases? de données|database|\bdb\b|\bsql|postgres|mysql|mariadb|mongo|oracle|redis|\bcache/iu },
  {
    words:
      /électri|electri|courant\b|\bpower|hardware|matériel|incendi|inond|flood|clim|surchauff|overheat|câble|cable/iu,
  },
  {
    words:
      /pare-feu|firewall|commutat|\bswitch|\bcdn\b|répartit|balancer|fournisseur|hébergeur|provider|\bcloud|tiers/iu,
  },
  {
    words: /\bbugs?\b|bogue|exception|crash|plant(?:é|age|e\b)|redémarr|reboot|restart|segfault|fuite|leak|deadlock/iu,
  },
  {
    words: /humaine?s?\b|human|employé|employee|sabot|négligen|negligen|faute|fault\b|responsable de|erreur d[eu] l/iu,
  },
  {
    words:
      /utilisat|\busers?\b|client|customer|abonné|données|\bdata\b|perte|\bloss\b|lost|financ|chiffre d.affaires/iu,
  },
]

const connecting: ReadonlySet<FailureKind> = new Set(['refused', 'timeout', 'unreachable', 'tls'])

/** Guesses: who says probably does not know. */
const guesses =
  /probabl|vraisembl|sans doute|peut[ -]être|\bsembl|paraît|apparemment|suppos|suspect|soupçon|hypothès|hypothes|pourrai|devrait être|\bserai(?:t|ent)\b|\baurai(?:t|ent)\b|likely|perhaps|maybe|may be|\bmight\b|\bcould\b(?! not)|\bseem|\bappear|apparent|presum|assum|\bpossibl|would be/iu

/** What gives a reason: what follows must be evidence. */
const reasons =
  /à cause d|en raison d|du fait d|dûe?s? (?:à|aux?)|suite (?:à|aux?)|provoqu|causé|caus(?:e|ed|es|ing)\b|raison\b|origin|résult|parce qu|\bcar\b|puisque|grâce|lié|because|due to|owing|result|reason|trigger|led to|stems?\b|after an?\b|from an?\b|following an?\b|since the\b|root/iu

/** What is asked of a machine or a secret, of whoever reads: no alert of two sentences needs it (threat T33). */
const orders =
  /ignore|instruction|prompt|\bia\b|\bai\b|modèle de langage|language model|assistant|mots? de passe|passw|passphrase|identifiant|credential|jeton|token|\bclés?\b|\bkeys?\b|secret|supprim|delet|effac|\bwipe|\berase|désactiv|disabl|éteign|éteind|shut ?down|\bformat|virement|\bpay|bitcoin|\bcurl|wget|sudo|\brm\b|exécut|execut|\brun\b|télécharg|download|install|cliqu|click|téléphon|appele[zr]|\bcall\b|\bemail|e-mail|courriel|\bmail|envoye[zr]|\bsend|forward|transfér|transfer|visit|suivre le lien|follow the link|\bliens?\b|\blinks?\b|acquit|résolu\b|résolue\b|resolved|\bfixed\b|rétablie?s?\b|restored|fausse alerte|false alarm/iu

/** Ways of saying that mean something else than their words. */
const sayings =
  /(?:dans|sous) (?:les|de) (?:plus brefs|meilleurs|brefs) délais|sans (?:plus )?(?:de )?délai|au plus vite|(?:dès que|aussitôt que|si) possible|as soon as possible|if possible|(?:pris|prise|prendre|prenez|prenne) en charge|en charge d[eu]|without delay|sous réserve|origine d[eu] (?:l.)?(?:incident|problème|panne|erreur|dysfonctionnement)|cause (?:exacte |racine )?d[eu] (?:l.)?(?:incident|problème|panne|erreur|dysfonctionnement)|la cause\b|root cause|the cause\b|(?:origin|cause|reason) (?:of|for) (?:the|this) (?:incident|problem|outage|issue|error|failure)|service unavailable|(?:afin|avant) de (?:le |la )?rétablir/giu

/** Why a sentence says more than the evidence, as far as causes go; nothing where it does not. */
export function madeUpCause(sentence: string, { failure, status }: Pick<Evidence, 'failure' | 'status'>): boolean {
  const words = sentence.replace(sayings, ' ')
  if (guesses.test(words) || orders.test(words)) return true
  const held = (idea: Idea): boolean =>
    (failure !== undefined && (idea.kinds?.includes(failure.kind) ?? false)) ||
    (status !== undefined && (idea.statuses?.includes(status) ?? false))
  const told = ideas.filter((idea) => idea.words.test(words))
  if (told.some((idea) => !held(idea))) return true
  const at = words.search(reasons)
  if (at < 0) return false
  // A reason must be one that was seen.
  const reason = words.slice(at)
  const isStatus = status !== undefined && new RegExp(`(?<!\\d)${status}(?!\\d)`).test(reason)
  const isConnection = failure !== undefined && connecting.has(failure.kind) && /connexion|connection/iu.test(reason)
  return (
    !isStatus &&
    !isConnection &&
    !reason.includes(quoted) &&
    !ideas.some((idea) => held(idea) && idea.words.test(reason))
  )
}
