// `/docs`: the API as people read it, made of the same as `/openapi.json`; without a script, for eyes and for screen readers. Pure.

import type { ZodType } from 'zod'
import type { Json, JsonObject } from '../../event.ts'
import type { RouteDoc, RouteParam, RouteProof } from '../../integrations/integration.ts'
import type { Locale } from '../../text/locale.ts'
import { type Markup, Markup as MarkupOf, markup } from '../../text/markup.ts'
import { curlOf } from './curl.ts'
import { headersOf } from './headers.ts'
import { type ApiFacts, openPath, refusalsOf, schemaOf } from './openapi.ts'
import { style } from './style.ts'
import { apiWords } from './words.ts'

export function docsOf(facts: ApiFacts): string {
  const { locale, documents, version } = facts
  const say = apiWords[locale]
  const other = locale === 'fr' ? 'en' : 'fr'
  const groups = [...new Set(documents.map(({ group }) => group))]
  const of = (group: string) => documents.filter((one) => one.group === group)
  return markup`<!doctype html>
<html lang="${locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${say.title}</title>
<link rel="icon" href="data:,">
<style>${new MarkupOf(style)}</style>
</head>
<body>
<a class="skip" href="#routes">${say.skip}</a>
<div class="page">
<header>
<h1>${say.title}</h1>
${say.introduction.map((line) => markup`<p>${line}</p>\n`)}
</header>
<div class="columns">
<nav aria-label="${say.routes}">
${groups.map((group) => markup`<p>${say.groups[group]}</p>\n<ul>${of(group).map(entry)}</ul>\n`)}
</nav>
<main id="routes">
${groups.map((group) => markup`<section aria-labelledby="g-${group}">\n<h2 id="g-${group}">${say.groups[group]}</h2>\n${of(group).map((one) => article(one, facts))}</section>\n`)}
</main>
</div>
<footer>
<ul><li><a href="openapi.json?lang=${locale}">${say.raw}</a></li><li><a href="?lang=${other}" hreflang="${other}" lang="${other}">${say.other}</a></li><li>Vigie ${version}</li></ul>
</footer>
</div>
</body>
</html>
`.text
}

const anchorOf = ({ method, path }: RouteDoc): string => `${method}${path}`.toLowerCase().replace(/\W+/g, '-')

const verb = ({ method }: RouteDoc): Markup => markup`<span class="verb ${method.toLowerCase()}">${method}</span>`

const entry = (one: RouteDoc): Markup =>
  markup`<li><a href="#${anchorOf(one)}">${verb(one)}<code>${openPath(one.path)}</code></a></li>`

function article(one: RouteDoc, facts: ApiFacts): Markup {
  const { locale } = facts
  const say = apiWords[locale]
  const params = { ...one.params, ...one.query, ...headersOf(one) }
  const paragraphs = one.description?.[locale].split('\n\n') ?? []
  return markup`<article id="${anchorOf(one)}" aria-labelledby="${anchorOf(one)}-t">
<h3 class="head" id="${anchorOf(one)}-t">${verb(one)}<code>${openPath(one.path)}</code></h3>
<p>${one.summary[locale]}</p>
${paragraphs.map((text) => markup`<p>${text}</p>\n`)}<p class="soft">${proofWords(one.proof, locale)}</p>
${Object.keys(params).length === 0 ? undefined : markup`<h4>${say.params}</h4>\n${rows(Object.entries(params).map(([name, param]) => paramRow(name, param, name in (one.params ?? {}), locale)))}`}
${(one.bodies ?? []).map(({ type, schema }) => body(type, schema, locale))}
<h4>${say.answers}</h4>
${rows(answerRows(one, locale))}
${one.examples.length === 0 ? undefined : markup`<h4>${say.examples}</h4>\n${one.examples.map((example) => exampleOf(one, example, facts))}`}
</article>
`
}

export function proofWords(proof: RouteProof, locale: Locale): string {
  const say = apiWords[locale].proofs
  if (proof.by === 'key') return say.scope(proof.scope) + (proof.orSigned ? `, ${say.orSigned}` : '')
  if (proof.by === 'bearer') return say.bearer(proof.setting)
  return proof.by === 'secret' ? say.secret(proof.header, proof.setting) : say[proof.by]
}

const rows = (lines: readonly Markup[]): Markup =>
  markup`<div class="wide"><table><tbody>${lines}</tbody></table></div>\n`

function paramRow(name: string, { said, schema }: RouteParam, isPath: boolean, locale: Locale): Markup {
  const say = apiWords[locale]
  const needed = isPath || !schema.safeParse(undefined).success ? say.required : say.optional
  return markup`<tr class="field"><th scope="row"><code>${name}</code></th><td>${kindOf(schemaOf(schema, locale))}, ${needed}</td><td>${said[locale]}</td></tr>`
}

function body(type: string, schema: ZodType, locale: Locale): Markup {
  const say = apiWords[locale]
  const told = schemaOf(schema, locale)
  const lines = fieldRows(told, locale)
  return markup`<h4>${say.body} (${type})</h4>
${lines.length === 0 ? markup`<p>${typeof told.description === 'string' ? told.description : kindOf(told)}</p>\n` : rows(lines)}`
}

function fieldRows(schema: JsonObject, locale: Locale): readonly Markup[] {
  const say = apiWords[locale]
  const required = Array.isArray(schema.required) ? schema.required : []
  return Object.entries(objectOf(schema.properties) ?? {}).map(([name, one]) => {
    const field = objectOf(one) ?? {}
    const needed = required.includes(name) ? say.required : say.optional
    const text = typeof field.description === 'string' ? field.description : ''
    return markup`<tr class="field"><th scope="row"><code>${name}</code></th><td>${kindOf(field)}, ${needed}</td><td>${text}</td></tr>`
  })
}

const objectOf = (value: Json | undefined): JsonObject | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined

/** `string 1–100`, `string ≥ 1`, `integer`, `"a" | "b"`. */
export function kindOf(schema: JsonObject): string {
  const { type, minLength, maxLength, minimum, maximum } = schema
  if (Array.isArray(schema.enum)) return schema.enum.map((one: Json) => JSON.stringify(one)).join(' | ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  const choices = [schema.anyOf, schema.oneOf].find((some) => Array.isArray(some))
  if (Array.isArray(choices)) return [...new Set(choices.map((one: Json) => kindOf(objectOf(one) ?? {})))].join(' | ')
  const items = objectOf(schema.items)
  if (type === 'array') return `${items ? kindOf(items) : 'JSON'}[]`
  const [least, most] = [minLength ?? minimum, maxLength ?? maximum]
  const isSafe = (limit: Json | undefined) => typeof limit === 'number' && Math.abs(limit) < Number.MAX_SAFE_INTEGER
  const range = isSafe(least) && isSafe(most) ? ` ${least}–${most}` : ''
  const half = isSafe(least) ? ` ≥ ${least}` : isSafe(most) ? ` ≤ ${most}` : ''
  return `${typeof type === 'string' ? type : 'JSON'}${range || half}`
}

function answerRows(one: RouteDoc, locale: Locale): readonly Markup[] {
  const told = one.answers.map(({ status, said, type }) => ({ status, said: said[locale], type: type ?? '' }))
  const known = new Set(told.map(({ status }) => status))
  const refused = refusalsOf(one, locale)
    .filter(({ status }) => !known.has(status))
    .map((refusal) => ({ ...refusal, type: 'application/problem+json' }))
  return [...told, ...refused].map(
    ({ status, said, type }) =>
      markup`<tr class="answer"><th scope="row" class="status">${status}</th><td>${said}</td><td class="soft type">${type}</td></tr>`,
  )
}

function exampleOf(one: RouteDoc, example: RouteDoc['examples'][number], { locale, url }: ApiFacts): Markup {
  const say = apiWords[locale]
  const answer = example.answer === undefined ? '' : `\n${JSON.stringify(example.answer)}`
  return markup`<p>${example.said[locale]}</p>
<pre tabindex="0"><code>${curlOf(one, example, url)}</code></pre>
<pre tabindex="0" aria-label="${say.answered}"><code>HTTP ${example.status}${answer}</code></pre>
`
}
