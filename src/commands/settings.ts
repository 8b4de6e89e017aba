// `/vigie settings [lang fr|en]`: the language in which this channel is told what happens.

import { type Locale, localeOf } from '../text/locale.ts'
import { bold, own, rich } from '../text/rich.ts'
import type { Command } from './command.ts'
import type { CommandParts } from './index.ts'

const words = {
  fr: {
    title: 'Réglages de ce canal',
    language: 'Langue des messages',
    names: { fr: 'français', en: 'anglais' },
    byDefault: 'celle de tout Vigie',
    done: (name: string) =>
      rich`${bold(own('Réglé\u00a0:'))} ce qui arrive est dit ici en ${own(name)}. Les réponses restent dans la langue de chacun.`,
  },
  en: {
    title: 'Settings of this channel',
    language: 'Language of messages',
    names: { fr: 'French', en: 'English' },
    byDefault: 'that of all Vigie',
    done: (name: string) =>
      rich`${bold(own('Set:'))} what happens is told here in ${own(name)}. Answers stay in everyone's own language.`,
  },
}

type SettingsParts = Pick<CommandParts, 'locale'> & { readonly store: Pick<CommandParts['store'], 'subscriptions'> }

export function settingsCommand({ store, locale: byDefault }: SettingsParts): Command {
  return {
    name: 'settings',
    twin: 'réglages',
    summary: { fr: 'Montre les réglages de ce canal.', en: 'Shows the settings of this channel.' },
    allow: 'channel_admin',
    async run({ locale, place }) {
      const { title, language, names, byDefault: defaultWords } = words[locale]
      const { lang } = await store.subscriptions.settings(place.channel)
      const value = lang === undefined ? `${names[byDefault]} (${defaultWords})` : names[lang]
      return {
        title: own(title),
        fields: [{ title: language, value: own(value), short: true }],
        next: `/vigie settings ${locale === 'fr' ? 'langue' : 'lang'} ${(lang ?? byDefault) === 'fr' ? 'en' : 'fr'}`,
      }
    },
    verbs: [
      {
        name: 'lang',
        twin: 'langue',
        summary: {
          fr: 'Choisit la langue de ce qui est dit dans ce canal.',
          en: 'Chooses the language of what is told in this channel.',
        },
        args: [
          {
            name: 'lang',
            title: { fr: 'fr|en', en: 'fr|en' },
            help: { fr: 'français ou anglais', en: 'French or English' },
            required: true,
            choices: [
              { value: 'fr', label: { fr: 'français', en: 'French' } },
              { value: 'en', label: { fr: 'anglais', en: 'English' } },
            ],
          },
        ],
        examples: [{ fr: '/vigie settings langue en', en: '/vigie settings lang en' }],
        allow: 'channel_admin',
        async run({ locale, place, args }) {
          const lang: Locale = localeOf(args.lang, byDefault)
          const before = await store.subscriptions.settings(place.channel)
          await store.subscriptions.saveSettings(place.channel, { ...before, lang })
          const { done, names } = words[locale]
          return { text: done(names[lang]), mood: 'good', next: '/vigie settings', changed: `lang ${lang}` }
        },
      },
    ],
  }
}
