// Finds the French in a source file: its string literals and templates, by where they stand (`fr:`, `french = …`, the French branch of
// `locale === 'fr'`), else by their words.

import { parseAst } from 'vitest/node'

/** Stands for what a template interpolates. */
export const hole = '\ufffc'

type Node = Readonly<Record<string, unknown>> & { readonly type: string }
/** True in what is said in French, false in another language, nothing where only the words can tell. */
type Place = boolean | undefined

/** Every text of the source that is French, `hole` for each interpolation. */
export function frenchOf(source: string, lang: 'ts' | 'js'): readonly string[] {
  const found: string[] = []
  const visit = (value: unknown, place: Place): void => {
    if (Array.isArray(value)) for (const one of value) visit(one, place)
    if (!isNode(value)) return
    const text = textOf(value)
    if (text !== undefined && (place ?? looksFrench(text))) found.push(text)
    for (const [child, where] of childrenOf(value, place)) visit(child, where)
  }
  visit(parseAst(source.replace(/^#!/, '//'), { lang }), undefined)
  return found
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

function textOf({ type, value, quasis }: Node): string | undefined {
  if (type === 'Literal') return typeof value === 'string' ? value : undefined
  if (type !== 'TemplateLiteral' || !Array.isArray(quasis)) return undefined
  return quasis.map((quasi: { value: { cooked: string | null } }) => quasi.value.cooked ?? '').join(hole)
}

function childrenOf(node: Node, place: Place): readonly (readonly [unknown, Place])[] {
  if (/^(?:Import|ExportAll)|^TemplateElement$|^TS/.test(node.type) && !node.type.endsWith('Expression')) return []
  if (node.type === 'Property') return [[node.value, placeOf(nameOf(node.key), 'fr', 'en') ?? place]]
  if (node.type === 'VariableDeclarator') return [[node.init, placeOf(nameOf(node.id), 'french', 'english') ?? place]]
  if (node.type === 'ConditionalExpression' && asksForFrench(node.test)) {
    return [
      [node.consequent, true],
      [node.alternate, false],
    ]
  }
  return Object.values(node).map((child) => [child, place])
}

function placeOf(name: unknown, french: string, english: string): Place {
  return name === french ? true : name === english ? false : undefined
}

function nameOf(node: unknown): unknown {
  return isNode(node) ? (node.name ?? node.value) : undefined
}

/** `locale === 'fr'` */
function asksForFrench(test: unknown): boolean {
  return isNode(test) && test.operator === '===' && nameOf(test.right) === 'fr'
}

const frenchWord =
  /(?<![\p{L}\d_./-])(?:le|la|les|un|une|des|du|au|aux|est|sont|pas|pour|dans|avec|sur|ce|cet|cette|ces|vous|je|il|elle|qui|que|et|ou|où|votre|son|ne)(?![\p{L}\d_./-])|(?<!\p{L})(?:[ldnscjm]|qu)['’]\p{L}/giu
const englishWord = /(?<![\p{L}'’])(?:the|of|is|are|and|not|to|this|that|with)(?!\p{L})/iu

function looksFrench(text: string): boolean {
  if (englishWord.test(text)) return false
  return (/[éèêëàâùûôîïçœ«]/i.test(text) && /\p{L}{2}/u.test(text)) || (text.match(frenchWord)?.length ?? 0) >= 2
}
