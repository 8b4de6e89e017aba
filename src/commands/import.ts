// `/vigie import [link]`: takes up an archive that was posted as a file: the one that came with the words, that of a post, or the person's
// own newest one here. Told to nobody; what is larger is taken up by `vigie import` in a shell.

import { UserError } from '../errors.ts'
import { number, plural } from '../text/format.ts'
import type { Locale, Said } from '../text/locale.ts'
import { code, own, rich } from '../text/rich.ts'
import { said } from '../text/said.ts'
import type { Call, Command, PostedFile, PostedFiles, Reply } from './command.ts'
import type { CommandParts } from './index.ts'

/** What a file came to. */
export interface ImportDone {
  readonly added: number
  /** Known already. */
  readonly repeated: number
  /** How many were not understood. */
  readonly refusedCount: number
  /** The first of them, in the file's order. */
  readonly refused: readonly { readonly line: number; readonly said: Said }[]
}

const kinds = ['json', 'ndjson', 'jsonl', 'csv', 'xlsx'] as const
const longestAgoMs = 3_600_000
const mostBytes = 10 * 1024 * 1024
/** Of what was not understood, so many are told. */
const mostTold = 10

const isKind = (name: string): boolean => kinds.some((kind) => name.toLowerCase().endsWith(`.${kind}`))
const kindsWords = `.${kinds.slice(0, -1).join(', .')}`

export function importCommand({ files, importFile }: Pick<CommandParts, 'files' | 'importFile'>): Command {
  return {
    name: 'import',
    twin: 'importer',
    summary: {
      fr: 'Reprend une archive jointe à un message, sans rien annoncer.',
      en: 'Takes up an archive attached to a post, telling nobody.',
    },
    args: [
      {
        name: 'post',
        title: { fr: 'Lien', en: 'Link' },
        help: {
          fr: 'le lien du message qui porte le fichier\u202f; sans lui, votre fichier le plus récent ici, d’une heure au plus',
          en: 'the link of the post that carries the file; without it, your newest file here, an hour old at most',
        },
        required: false,
      },
    ],
    usage: { fr: '[permalien]', en: '[permalink]' },
    examples: [{ fr: '/vigie importer', en: '/vigie import' }],
    allow: 'vigie_admin',
    perMinute: 10,
    run: async (call) => {
      const file = await fileOf(files, call)
      const bytes = await files.read(file, mostBytes)
      if (bytes === undefined) throw new UserError(unreadable(file))
      return importedReply(file, await importFile(bytes), call.locale)
    },
  }
}

/** @throws {UserError} where there is not one file, of a kind that is read, and small enough. */
async function fileOf(files: PostedFiles, call: Call): Promise<PostedFile> {
  const [file, ...others] = (await filesOf(files, call)).filter(({ name }) => isKind(name))
  const isPointedAt = call.args.post !== undefined || call.files !== undefined
  if (file === undefined) throw new UserError(isPointedAt ? noneThere : noneOfYours)
  if (others.length > 0) throw new UserError(several)
  if (file.sizeBytes > mostBytes) throw new UserError(tooLarge(file))
  return file
}

async function filesOf(files: PostedFiles, call: Call): Promise<readonly PostedFile[]> {
  const { post } = call.args
  if (post !== undefined) return (await files.ofPost(post, call)) ?? []
  if (call.files !== undefined) return files.ofCall(call)
  return files.newest(call, call.now - longestAgoMs, isKind)
}

/** `3 ajoutés, 1 déjà connu, 0 non compris` */
export function countsOf({ added, repeated, refusedCount }: ImportDone, locale: Locale): string {
  const shown = (count: number) => number(locale, count)
  return locale === 'fr'
    ? `${shown(added)} ${plural('fr', added, 'ajouté', 'ajoutés')}, ${shown(repeated)} déjà ${plural('fr', repeated, 'connu', 'connus')}, ${shown(refusedCount)} non compris`
    : `${shown(added)} added, ${shown(repeated)} known already, ${shown(refusedCount)} not understood`
}

function importedReply({ name }: PostedFile, done: ImportDone, locale: Locale): Reply {
  const { added, repeated, refusedCount, refused } = done
  const shown = (count: number) => own(number(locale, count))
  const more = refusedCount - Math.min(refused.length, mostTold)
  const isEmpty = added + repeated + refusedCount === 0
  const counts = own(countsOf(done, locale))
  const words =
    locale === 'fr'
      ? rich`${code(name)}\u00a0: ${counts}. Rien n’est annoncé.`
      : rich`${code(name)}: ${counts}. Nothing is announced.`
  const nothing =
    locale === 'fr'
      ? rich`${code(name)} ne contient aucune donnée\u00a0: rien à reprendre.`
      : rich`${code(name)} holds no data: nothing to take up.`
  return {
    text: isEmpty ? nothing : words,
    mood: refusedCount > 0 || isEmpty ? 'warning' : 'good',
    ...(refusedCount === 0
      ? {}
      : {
          table: {
            head: locale === 'fr' ? ['Ligne', 'Pourquoi'] : ['Line', 'Why'],
            rows: refused.slice(0, mostTold).map((one) => [shown(one.line), rich`${one.said[locale]}`]),
          },
        }),
    ...(more > 0 ? { footer: `… +${number(locale, more)}` } : {}),
    personal: true,
    changed: `${name} (+${added})`,
  }
}

const noneThere = said({
  fr: rich`Je ne vois là aucun fichier que je sache reprendre. Il faut un message que vous pouvez lire et qui porte un fichier ${own(kindsWords)} ou ${own('.xlsx')}.`,
  en: rich`I see no file there that I can take up. It takes a post that you can read and that carries a file ${own(kindsWords)} or ${own('.xlsx')}.`,
})
const noneOfYours = said({
  fr: rich`Je ne vois aucun fichier de vous ici depuis une heure. Déposez une archive (${own(kindsWords)} ou ${own('.xlsx')}) dans ce canal ou en message direct avec moi puis redites ${code('/vigie importer')}, ou donnez le lien de son message.`,
  en: rich`I see no file of yours here within the last hour. Post an archive (${own(kindsWords)} or ${own('.xlsx')}) in this channel or in a direct message with me and say ${code('/vigie import')} again, or give the link of its post.`,
})
const several = said({
  fr: rich`Ce message porte plusieurs archives\u00a0: déposez-les une par une.`,
  en: rich`This post carries several archives: post them one by one.`,
})
const tooLarge = ({ name }: PostedFile) =>
  said({
    fr: rich`${code(name)} dépasse 10 Mio\u00a0: dans un shell, ${code('vigie import')} le reprend.`,
    en: rich`${code(name)} is larger than 10 MiB: in a shell, ${code('vigie import')} takes it up.`,
  })
const unreadable = ({ name }: PostedFile) =>
  said({
    fr: rich`Je ne peux pas lire ${code(name)}\u00a0: invitez-moi dans le canal où il est, ou envoyez-le-moi en message direct.`,
    en: rich`I cannot read ${code(name)}: invite me into the channel where it is, or send it to me by direct message.`,
  })
