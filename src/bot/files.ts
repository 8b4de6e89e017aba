// Files that people posted, seen with the asking person's eyes and read with the bot's token (command.ts, "PostedFiles").

import type { Around, CallContext, PostedFile, PostedFiles } from '../commands/command.ts'
import type { Calls, FileInfo, Post } from './calls.ts'
import { readBack } from './history.ts'
import { answered, type Downloads, orNothing } from './rest.ts'
import type { Self } from './self.ts'

export interface FilesParts {
  readonly self: Self
  readonly calls: Pick<Calls, 'posts' | 'directChannel' | 'filesOfPost' | 'fileInfo'>
  readonly download: Downloads['download']
  readonly around: Pick<Around, 'findPost'>
}

/** Of a person's posts with files, so many are looked through for one that is wanted. */
const mostLookedAt = 20

const downloadMs = 30_000

const posted = ({ id, name, size }: FileInfo): PostedFile => ({ id, name, sizeBytes: size })

export function createFiles({ self, calls, around, download }: FilesParts): PostedFiles {
  /** The newest post of that person with a wanted file, and those files. */
  const newestIn = async (
    channel: string,
    person: string,
    from: number,
    isWanted: (name: string) => boolean,
  ): Promise<{ readonly at: number; readonly files: readonly PostedFile[] } | undefined> => {
    let looked = 0
    for await (const post of orNone(readBack(calls, channel, from))) {
      if (!isOwn(post, person)) continue
      looked += 1
      if (looked > mostLookedAt) return undefined
      const infos = await orNothing(calls.filesOfPost(post.id))
      const files = (infos ?? []).filter((info) => info.user_id === person && isWanted(info.name))
      if (files.length > 0) return { at: post.create_at, files: files.map(posted) }
    }
    return undefined
  }

  return {
    async ofCall({ files = [], person }) {
      const infos = await Promise.all(files.map((id) => orNothing(calls.fileInfo(id))))
      return infos.filter((info) => info?.user_id === person.id).flatMap((info) => (info ? [posted(info)] : []))
    },
    async ofPost(words, call) {
      const post = await around.findPost(words, call)
      if (post === undefined) return undefined
      const infos = await orNothing(calls.filesOfPost(post.id))
      return infos?.map(posted)
    },
    async newest({ place, person }: CallContext, since, isWanted) {
      const direct = await calls.directChannel((await self()).id, person.id)
      const channels = new Set([...(place.botIn ? [place.channel] : []), direct.id])
      const found = await Promise.all([...channels].map((channel) => newestIn(channel, person.id, since, isWanted)))
      const [newest] = found.filter((one) => one !== undefined).sort((one, other) => other.at - one.at)
      return newest?.files ?? []
    },
    read: ({ id }, mostBytes) =>
      orNothing(download(`/files/${encodeURIComponent(id)}`, { mostBytes, timeoutMs: downloadMs })),
  }
}

/** Posted by hand: what programs post in somebody's name is not theirs. */
const isOwn = ({ user_id, file_ids, type, props }: Post, person: string): boolean =>
  user_id === person && (file_ids ?? []).length > 0 && type === '' && props.from_webhook === undefined

/** None of a channel that the bot may not read any more. */
async function* orNone<T>(all: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* all
  } catch (error) {
    if (!answered(error, 400, 403, 404)) throw error
  }
}
