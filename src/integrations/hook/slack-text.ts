// What Slack writes in angle brackets, in the words that it stands for (docs.slack.dev, "Formatting message text"). Mattermost's incoming
// webhooks take the same.

const bracketed = /<([^<>|\s]{1,2000})(?:\|([^<>]{0,2000}))?>/g

/** `<https://a.example|voir>` → `voir (https://a.example)`; `<!here>` → `@here`; `&lt;` → `<`. Other text stays as it is. */
export function unwrapped(text: string): string {
  return text
    .replace(bracketed, (whole, target: string, label?: string) => meant(target, label?.trim() || undefined) ?? whole)
    .replace(/&(lt|gt|amp);/g, (_, name: 'lt' | 'gt' | 'amp') => ({ lt: '<', gt: '>', amp: '&' })[name])
}

/** Nothing where Slack would not know it either. */
function meant(target: string, label: string | undefined): string | undefined {
  if (/^https?:\/\//i.test(target)) return label === undefined || label === target ? target : `${label} (${target})`
  const [, mark = '', name = ''] = /^(mailto:|tel:|[@#!])(.+)$/.exec(target) ?? []
  if (mark === 'mailto:' || mark === 'tel:') return label ?? name
  if (mark === '#' || mark === '@') return `${mark}${(label ?? name).replace(/^[@#]/, '')}`
  if (mark !== '!') return undefined
  return /^(here|channel|everyone)$/.test(name) ? `@${name}` : (label ?? undefined)
}
