// `/vigie replay <delivery>`: puts a delivery that was given up back in line.

import { UserError } from '../errors.ts'
import type { Locale } from '../text/locale.ts'
import { bold, code, own, rich } from '../text/rich.ts'
import { said } from '../text/said.ts'
import type { Command, Reply } from './command.ts'
import type { CommandParts } from './index.ts'

const words = {
  fr: {
    done: (id: string) =>
      rich`${bold(own('Remise en file\u00a0:'))} ${code(id)} sera retentée après ce qui attend déjà.`,
    again: (id: string, when: string) => rich`${code(id)} a déjà été renvoyée\u00a0: elle est ${own(when)}.`,
    states: { waiting: 'en attente', delivered: 'livrée', absorbed: 'dans un résumé', withheld: 'retenue', parked: '' },
  },
  en: {
    done: (id: string) => rich`${bold(own('Back in line:'))} ${code(id)} will be tried again after what waits already.`,
    again: (id: string, when: string) => rich`${code(id)} was replayed already: it is ${own(when)}.`,
    states: { waiting: 'waiting', delivered: 'delivered', absorbed: 'in a digest', withheld: 'withheld', parked: '' },
  },
}

type ReplayParts = { readonly store: Pick<CommandParts['store'], 'deliveries'> } & Pick<CommandParts, 'wakeOutbox'>

export function replayCommand({ store, wakeOutbox }: ReplayParts): Command {
  return {
    name: 'replay',
    twin: 'rejouer',
    summary: { fr: 'Remet en file une livraison abandonnée.', en: 'Puts a delivery that was given up back in line.' },
    args: [
      {
        name: 'delivery',
        title: { fr: 'Livraison', en: 'Delivery' },
        help: {
          fr: 'le numéro que montre /vigie deliveries échouées',
          en: 'the id that /vigie deliveries failed shows',
        },
        required: true,
      },
    ],
    examples: [{ fr: '/vigie replay d4k2', en: '/vigie replay d4k2' }],
    allow: 'vigie_admin',
    async run({ locale, args, now }) {
      const id = args.delivery ?? ''
      if (!(await store.deliveries.replay(id, now))) throw await notParked(store, id)
      wakeOutbox()
      return done(id, locale)
    },
    buttons: {
      again: {
        allow: 'vigie_admin',
        async run({ locale, object: id, now }) {
          if (await store.deliveries.replay(id, now)) {
            wakeOutbox()
            return done(id, locale)
          }
          const state = (await store.deliveries.find(id))?.state
          if (state === undefined) throw await notParked(store, id)
          const { again, states } = words[locale]
          return { text: again(id, states[state]), next: `/vigie explain ${id}`, personal: true }
        },
      },
    },
  }
}

function done(id: string, locale: Locale): Reply {
  return { text: words[locale].done(id), mood: 'good', next: `/vigie explain ${id}`, changed: id, personal: true }
}

async function notParked(store: ReplayParts['store'], id: string): Promise<UserError> {
  const known = await store.deliveries.find(id)
  if (known === undefined) {
    return new UserError(
      said({
        fr: rich`Livraison inconnue\u00a0: ${code(id)}. ${code('/vigie deliveries échouées')} montre celles qui ont été abandonnées.`,
        en: rich`Unknown delivery: ${code(id)}. ${code('/vigie deliveries failed')} shows those that were given up.`,
      }),
    )
  }
  return new UserError(
    said({
      fr: rich`${code(id)} n’a pas été abandonnée\u00a0: il n’y a rien à remettre en file.`,
      en: rich`${code(id)} was not given up: there is nothing to put back in line.`,
    }),
  )
}
