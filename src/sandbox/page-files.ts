// The web page of the stand-in server: plain files from one folder, and the markdown renderer from its package.
import { readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
}

export interface PageFile {
  bytes: Uint8Array
  type: string
}

const vendored = '/page/vendor/markdown-it.js'

// The browser build is an ES module; the package also exports its addresses (`./browser`).
const vendorFile = (): string => fileURLToPath(import.meta.resolve('markdown-it/browser'))

/** The file at a path of the page (`/` is index.html), null where there is none or it would lie outside the folder. */
export async function pageFile(folder: string, path: string): Promise<PageFile | null> {
  const file = path === vendored ? vendorFile() : contained(folder, path === '/' ? '/index.html' : path)
  const type = path === vendored ? types['.mjs'] : types[extname(path === '/' ? '.html' : path)]
  if (file === null || (path !== '/' && type === undefined)) return null
  try {
    return { bytes: await readFile(file), type: type ?? types['.html'] ?? 'text/html' }
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EISDIR')) return null
    throw error
  }
}

function contained(folder: string, path: string): string | null {
  if (path.includes('\0') || path.includes('\\')) return null
  const file = join(folder, path)
  return file.startsWith(folder.endsWith(sep) ? folder : folder + sep) ? file : null
}
