// Threat T2: what people type is seen by whoever holds the trigger, so no command asks for a secret in words. (That a rival's trigger is
// told: bot/triggers.test.ts.)

import { expect, it } from 'vitest'
import { helpFor } from '../../src/bot/help.ts'
import { renderText } from '../../src/bot/render.ts'
import { createWorld } from '../commands/world.ts'

const secret =
  /\b(tokens?|secrets?|passwords?|passphrase|credentials?|api[ -]?key|private key|bearer|jetons?|mots? de passe|clés? (secrète|privée|d’API))\b/i

/** A header whose value is asked for by a form: its name is no secret. Keys of the API are made, never asked for. */
const withoutNames = (words: string): string =>
  words.replace(/secret[- ]header|en-tête secret|API keys|clés d’API/gi, '')

it('documents no secret among the words of any command, in either language', async () => {
  const world = await createWorld()
  let documented = 0
  for (const command of world.commands) {
    for (const verb of [undefined, ...(command.verbs ?? [])]) {
      const form = verb ?? command
      const named = [
        ...(form.args ?? []).flatMap(({ name, title, help }) => [name, title.fr, title.en, help.fr, help.en]),
        ...Object.entries(form.flags ?? {}).flatMap(([name, { title, help }]) => [
          name,
          title.fr,
          title.en,
          help.fr,
          help.en,
        ]),
        ...(form.examples ?? []).flatMap(({ fr, en }) => [fr, en]),
        ...(['fr', 'en'] as const).map((locale) => renderText(helpFor(command, verb, locale), locale)),
      ]
      documented += named.length
      for (const words of named.map(withoutNames))
        expect(words, `${command.name} ${verb?.name ?? ''}`).not.toMatch(secret)
    }
  }
  await world.store.close()
  expect(documented).toBeGreaterThan(100)
})
