// A mail's HTML: one card with the accent of its event, for light and dark, wide and narrow. Tables and inline styles, since mailboxes
// know little else; what only some know (dark, narrow) stands in the head. Pure.

import type { Field } from '../event.ts'
import { isWebAddress } from '../text/mattermost-markdown.ts'
import { oneLine, plain, type Rich, type Span } from '../text/rich.ts'
import type { Letter } from './email-render.ts'

const fonts = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
const codeFonts = "ui-monospace,SFMono-Regular,Menlo,Consolas,'Liberation Mono',monospace"

const styles = `
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (max-width:480px){.outer{padding:0!important}.card{border-radius:0!important;border-left:0!important;border-right:0!important}.in{padding-left:20px!important;padding-right:20px!important}.field{display:block!important;width:100%!important}.title{font-size:20px!important;line-height:27px!important}}
@media (prefers-color-scheme:dark){.page{background:#16181d!important}.card{background:#22252b!important;border-color:#363a43!important}.ink{color:#e8eaef!important}.faint{color:#a3a8b5!important}.rule{border-color:#363a43!important}code{background:#33373f!important;color:#e8eaef!important}.btn{background:#33373f!important;color:#e8eaef!important;border-color:#4b515d!important}}`

/** A whole document; every foreign word is escaped, every link one that we built or checked. */
export function renderHtml(letter: Letter): string {
  const { locale, color, title, url, footer, preview } = letter
  const blocks = [
    messageBlock(letter),
    block(
      `<h1 class="title ink" style="margin:0;font-size:22px;line-height:29px;font-weight:650;color:#1f2430">${toHtml(title)}</h1>`,
      28,
    ),
    newsBlock(letter),
    textBlock(letter),
    fieldsBlock(letter),
    pictureBlock(letter),
    url === undefined ? '' : block(buttonTo(url, locale), 24),
  ].join('')
  return `<!doctype html>
<html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark"><meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no"><title>${escapeHtml(plain(title))}</title><style>${styles}</style></head>
<body class="page" style="margin:0;padding:0;background:#eef0f4;-webkit-text-size-adjust:100%">
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${escapeHtml(preview)}${'&#847;&zwnj;&nbsp;'.repeat(40)}</div>
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#eef0f4"><tr><td class="outer" align="center" style="padding:32px 16px">
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:600px;table-layout:fixed;background:#ffffff;border:1px solid #dde0e7;border-radius:12px;border-collapse:separate;overflow:hidden;font-family:${fonts};font-size:15px;line-height:23px">
<tr><td style="height:6px;line-height:6px;font-size:0;background:${color};border-radius:11px 11px 0 0">&nbsp;</td></tr>
${blocks}<tr><td style="height:28px;line-height:28px;font-size:0">&nbsp;</td></tr>
${footer === '' ? '' : footerRow(footer)}</table>
</td></tr></table></body></html>
`
}

function block(inner: string, above = 16): string {
  return `<tr><td class="in ink" style="padding:${above}px 32px 0;color:#3f4350;overflow-wrap:anywhere;word-break:break-word">${inner}</td></tr>\n`
}

function messageBlock({ message }: Letter): string {
  return message.length === 0 ? '' : block(toHtml(message), 24)
}

/** Set off by the accent, for it is why the mail was written. */
function newsBlock({ news, color }: Letter): string {
  if (news.length === 0) return ''
  return block(
    `<div style="border-left:3px solid ${color};padding:2px 0 2px 14px;font-weight:600">${toHtml(news)}</div>`,
  )
}

function textBlock({ text }: Letter): string {
  return text.length === 0 ? '' : block(toHtml(text), 12)
}

function fieldsBlock({ fields }: Letter): string {
  if (fields.length === 0) return ''
  const rows: string[] = []
  for (let index = 0; index < fields.length; ) {
    const pair = [fields[index], fields[index + 1]].filter((field): field is Field => field !== undefined)
    const isPair = pair.length === 2 && pair.every(({ short }) => short)
    const taken = isPair ? pair : pair.slice(0, 1)
    rows.push(`<tr>${taken.map((field) => cellOf(field, taken.length)).join('')}</tr>`)
    index += taken.length
  }
  return block(
    `<table role="presentation" class="rule" width="100%" cellpadding="0" cellspacing="0" border="0" style="border-top:1px solid #e6e8ee">${rows.join('')}</table>`,
    20,
  )
}

function cellOf({ title, value }: Field, columns: number): string {
  const span = columns === 1 ? ' colspan="2"' : ' width="50%"'
  return `<td class="field" valign="top"${span} style="padding:14px 12px 0 0"><div class="faint" style="font-size:12px;line-height:17px;color:#6c7080">${escapeHtml(oneLine(title))}</div><div class="ink" style="color:#3f4350;word-break:break-word">${toHtml(value)}</div></td>`
}

function pictureBlock({ picture }: Letter): string {
  if (picture === undefined) return ''
  const { cid, title } = picture
  return block(
    `<img src="cid:${cid}" alt="${escapeHtml(title)}" width="534" style="display:block;width:100%;max-width:534px;height:auto;border:0;border-radius:8px">`,
    24,
  )
}

function buttonTo(url: string, locale: Letter['locale']): string {
  const words = locale === 'fr' ? 'Ouvrir l’adresse' : 'Open the address'
  return `<a class="btn" href="${escapeHtml(new URL(url).href)}" style="display:inline-block;padding:9px 18px;border:1px solid #cfd3dc;border-radius:8px;background:#f6f7f9;color:#1f2430;text-decoration:none;font-weight:600;font-size:14px;line-height:20px">${words}&nbsp;↗</a>`
}

function footerRow(footer: string): string {
  return `<tr><td class="in rule faint" style="padding:16px 32px 20px;border-top:1px solid #e6e8ee;font-size:12px;line-height:18px;color:#6c7080">${escapeHtml(oneLine(footer))}</td></tr>\n`
}

/** Structured text as HTML. */
function toHtml(text: Rich): string {
  return text
    .map(spanToHtml)
    .join('')
    .replace(/^(?:<br>)+/, '')
}

function spanToHtml(span: Span): string {
  if (typeof span === 'string') return escapeForeign(span)
  if ('own' in span) return escapeHtml(span.own).replaceAll('\n', '<br>')
  if ('code' in span) return codeOf(span.code)
  if ('bold' in span) return `<strong>${toHtml(span.bold)}</strong>`
  if ('strike' in span) return `<s>${toHtml(span.strike)}</s>`
  if ('item' in span) return `<br>•&nbsp;${toHtml(span.item)}`
  if (!isWebAddress(span.link)) return toHtml(span.text)
  return `<a href="${escapeHtml(new URL(span.link).href)}" class="ink" style="color:inherit">${toHtml(span.text)}</a>`
}

function codeOf(text: string): string {
  const words = escapeForeign(text)
  return words === ''
    ? ''
    : `<code style="font-family:${codeFonts};font-size:13px;background:#eef0f4;color:#1f2430;border-radius:4px;padding:2px 5px;word-break:break-word">${words}</code>`
}

/** What mailboxes would make a link of by themselves gets a break that is not seen and not copied (threat T21). */
function escapeForeign(text: string): string {
  return escapeHtml(oneLine(text)).replace(/(?<=\S)([.:@/])(?=\S)/g, '$1<wbr>')
}

/** For text and for attributes in double quotes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`)
}
