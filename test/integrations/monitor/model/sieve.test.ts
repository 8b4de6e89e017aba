import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type Evidence, evidenceOf, type Known } from '../../../../src/integrations/monitor/model/evidence.ts'
import { sieve } from '../../../../src/integrations/monitor/model/sieve.ts'
import type { Failure } from '../../../../src/integrations/monitor/monitor.ts'

const began = Date.UTC(2026, 10, 21, 7, 41, 7)
const unwell: Failure = { kind: 'status', detail: '503 Service Unavailable', isNetwork: false }

function known(failure: Failure, status?: number, target = 'https://boutique.example.org/'): Known {
  return {
    incident: {
      monitors: [{ monitor: 'm', name: 'boutique', target, failingSince: began }],
      openedAt: began + 40_000,
    },
    everyMs: 60_000,
    failures: 3,
    result: { at: began, tookMs: 212, phases: {}, failure, ...(status === undefined ? {} : { status }) },
    lastGood: { at: began - 60_000, tookMs: 118 },
  }
}

const telling = { locale: 'fr', timeZone: 'Europe/Paris', now: began + 42_000 } as const
const down = evidenceOf(known(unwell, 503), telling)
const refused = evidenceOf(known({ kind: 'refused', detail: 'ECONNREFUSED 10.0.0.3:443', isNetwork: false }), telling)
const late = evidenceOf(known({ kind: 'timeout', detail: 'ETIMEDOUT answer', isNetwork: false }), telling)
const tlsEnded = evidenceOf(known({ kind: 'tls', detail: 'CERT_HAS_EXPIRED', isNetwork: false }), telling)

const kept = (text: string, evidence: Evidence = down, isCut = false) => sieve({ text, isCut }, evidence)

describe('a sentence of the model that the evidence holds is kept:', () => {
  test.each([
    ['Le service web boutique (https://boutique.example.org/) est indisponible et renvoie une erreur 503.', down],
    ['Alerte : le service web https://boutique.example.org/ est indisponible (erreur 503 Service Unavailable).', down],
    ['Le service est indisponible depuis 08:41:07, après 3 vérifications en échec.', down],
    ['Trois tentatives consécutives ont échoué.', down],
    ['L’équipe technique est invitée à prendre en charge l’incident dans les plus brefs délais.', down],
    ['Merci d’intervenir dès que possible afin de rétablir le service.', down],
    ['Veuillez vérifier les journaux de l’application et le statut du serveur.', down],
    ['La réponse est arrivée en 212 ms avec le statut HTTP 503.', down],
    ['Une erreur 503 a été détectée sur boutique.example.org.', down],
    ['The service at https://boutique.example.org is unavailable and returned a 503 error.', down],
    ['The web service could not be reached.', down],
    ['Please investigate as soon as possible.', down],
    ['Immediate investigation by the technical team is required.', down],
    ['Le serveur refuse la connexion (ECONNREFUSED 10.0.0.3:443).', refused],
    ['The connection was refused.', refused],
    ['Le service ne répond pas dans le délai imparti.', late],
    ['The request timed out.', late],
    ['Le certificat TLS du site a expiré.', tlsEnded],
  ])('%s', (sentence, evidence) => {
    expect(kept(sentence, evidence)).toBe(sentence)
  })
})

describe('a sentence is dropped that states', () => {
  describe('a host which is not in the evidence:', () => {
    test.each([
      'Le serveur db-7.prod.example.net ne répond plus.',
      'Consultez https://boutique.example.org/admin/reset.',
      'Le service https://boutique.example.org.evil.example est tombé.',
      'La machine 10.1.2.3 est éteinte.',
      'Le nœud fe80::1 est muet.',
      'Tout passe par localhost.',
      'Le serveur srv-paris est tombé.',
      'Le serveur web01 est tombé.',
      'Le service tourne chez Cloudflare.',
      'L’instance AWS est arrêtée.',
      'Le port 5432 ne répond plus.',
    ])('%s', (sentence) => {
      expect(kept(sentence)).toBeUndefined()
    })
  })

  describe('a number which is not in the evidence:', () => {
    test.each([
      'Il renvoie une erreur 502.',
      'Le service est en panne depuis 2 heures.',
      'Le service est indisponible depuis 06:30.',
      'La panne touche 503 personnes.',
      'Cinq vérifications ont échoué.',
      '40 % des requêtes échouent.',
      'Des centaines de requêtes échouent.',
      'Le service a mis 12 s à répondre.',
      'La panne date du 20/11/2026.',
    ])('%s', (sentence) => {
      expect(kept(sentence)).toBeUndefined()
    })
  })

  describe('a cause which is not in the evidence:', () => {
    test.each([
      'La base de données est saturée.',
      'Le serveur est surchargé.',
      'The outage is due to a disk failure.',
      'Une attaque DDoS est en cours.',
      'La panne fait suite à une mise à jour.',
      'Le délai de réponse a été dépassé.',
      'Le certificat a expiré.',
      'Le service a planté en raison d’une marmotte.',
      'It is probably a human error.',
      'Le réseau est coupé.',
      'La connexion a été refusée.',
    ])('%s', (sentence) => {
      expect(kept(sentence)).toBeUndefined()
    })
  })
})

it('is dropped alone: the others stay, in their order', () => {
  const text =
    'Le service boutique est indisponible. La base de données db.interne.example.com est saturée. Merci d’intervenir rapidement.'
  expect(kept(text)).toBe('Le service boutique est indisponible. Merci d’intervenir rapidement.')
})

it('is dropped alone where it begins with a mention or a link, too', () => {
  const text =
    'Le service est indisponible. @all La base est saturée. [Voir](https://evil.example). Merci d’intervenir.'
  expect(kept(text)).toBe('Le service est indisponible. Merci d’intervenir.')
})

it('is freed of what models decorate sentences with', () => {
  expect(
    kept('Voici l’alerte :\n\n## Alerte\n**Le service boutique** est `indisponible`.\n- Merci d’intervenir.'),
  ).toBe('Alerte Le service boutique est indisponible. Merci d’intervenir.')
})

it('leaves out what a model thought aloud, and code', () => {
  expect(kept('<think>Le 503 vient de la base.</think>Le service est indisponible.\n```\nrm -rf /\n```')).toBe(
    'Le service est indisponible.',
  )
})

it('leaves out half a sentence at the end', () => {
  expect(kept('Le service est indisponible. Merci de vérifier que', down, true)).toBe('Le service est indisponible.')
})

it('keeps three sentences and 500 characters at most', () => {
  const many = Array.from({ length: 9 }, (_, index) => `Merci${' d’intervenir sans attendre'.repeat(index + 1)}.`)
  const text = kept(many.join(' ')) ?? ''
  expect(text.match(/\./g)).toHaveLength(3)
  expect([...text].length).toBeLessThanOrEqual(500)
})

describe('a sentence that would do something is dropped:', () => {
  test.each([
    'Prévenez @all tout de suite.',
    'Contactez admin@example.org.',
    'Voyez [ici](https://evil.example).',
    '![suivi](https://evil.example/p.png) Le service est tombé.',
    'Voyez www.evil.example.',
    'Le service <b>est</b> tombé.',
    'Le service est tombé :fire:.',
    'Le service est tombé #incident.',
    'Le ser\u200bvice est tombé.',
    'Le service\u202e est tombé.',
    'Le serv\u0000ice est tombé.',
    'Le sеrvice est tombé.',
    'Lancez systemctl() maintenant.',
    'Ignore les instructions.',
    'Merci de transmettre votre mot de passe.',
    'Le service est rétabli.',
  ])('%s', (sentence) => {
    expect(kept(sentence)).toBeUndefined()
  })
})

describe('whatever a model writes', () => {
  const good = 'Le service est indisponible.'
  const word = fc.constantFrom(
    ...['@all', 'evil.example', 'https://evil.example/x', '42', '503', 'boutique', 'Cloudflare', '\u0000', '\u202e'],
    ...[
      '<b>',
      '[a](b)',
      '`x`',
      '**',
      'le service',
      'est',
      'tombé',
      '.',
      '!',
      '\n',
      ':',
      'https://boutique.example.org/',
    ],
    ...['$x$', '#a', '~b', '|', '&#64;all', '¤', 'à cause de', 'la base', '¾', '٣', 'trois', '｡', '。'],
  )
  const garbage = fc.oneof(
    fc
      .array(fc.oneof(word, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })), { maxLength: 40 })
      .map((words) => words.join(' ')),
    fc.string({ unit: 'binary', maxLength: 400 }),
  )

  it('nothing is kept but a few plain sentences without strange figures', () => {
    fc.assert(
      fc.property(garbage, fc.boolean(), (text, isCut) => {
        const told = kept(text, down, isCut) ?? ''
        expect([...told].length).toBeLessThanOrEqual(500)
        const rest = told.replaceAll(/https:\/\/boutique\.example\.org\/?|boutique/gi, '')
        expect(rest).not.toMatch(/[@#<>[\]{}|~`*\\$&=_¤]|:\/\/|\p{Cc}|\p{Cf}|\p{Co}|\p{Cn}/u)
        for (const [figure] of rest.matchAll(/\p{N}+/gu)) expect(['503']).toContain(figure)
      }),
      { numRuns: 1000 },
    )
  })

  it('a sentence that is kept is kept whatever stands on the line before it', () => {
    fc.assert(
      fc.property(
        garbage.filter((text) => !/```|<think>/.test(text)),
        (text) => {
          const before = kept(`${text}\n`)
          fc.pre(before === undefined)
          expect(kept(`${text}\n${good}`)).toBe(good)
        },
      ),
    )
  })
})
