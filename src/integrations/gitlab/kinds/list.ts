// Every kind of GitLab webhook that is relayed, by the name its body carries (reference/gitlab.md; GitLab, "System hooks").

import { deployment } from './deployment.ts'
import { instanceKinds } from './instance.ts'
import { issue, workItem } from './issue.ts'
import { build } from './job.ts'
import type { Kind } from './kind.ts'
import { members } from './member.ts'
import { mergeRequest } from './merge-request.ts'
import { emoji, note } from './note.ts'
import { pipeline } from './pipeline.ts'
import { push, tagPush } from './push.ts'
import { milestone, release, wikiPage } from './release.ts'
import { accessToken, featureFlag, vulnerability } from './safety.ts'

export const kinds: ReadonlyMap<string, Kind> = new Map(
  [
    mergeRequest,
    push,
    tagPush,
    issue,
    workItem,
    note,
    pipeline,
    build,
    deployment,
    release,
    milestone,
    wikiPage,
    emoji,
    featureFlag,
    accessToken,
    vulnerability,
    ...members,
    ...instanceKinds,
  ].map((kind) => [kind.name, kind]),
)
