// What a file is, by the end of its name: the icon of its card (issue "The folder").

export const fileKinds = ['pdf', 'document', 'sheet', 'slides', 'text', 'image', 'archive', 'other'] as const
export type FileKind = (typeof fileKinds)[number]

export const icons: Readonly<Record<FileKind, string>> = {
  pdf: '📄',
  document: '📝',
  sheet: '📊',
  slides: '📽️',
  text: '📃',
  image: '🖼️',
  archive: '📦',
  other: '📎',
}

const extensions: Readonly<Record<Exclude<FileKind, 'other'>, string>> = {
  pdf: 'pdf',
  document: 'doc docx odt rtf',
  sheet: 'xls xlsx csv ods',
  slides: 'ppt pptx odp',
  text: 'txt md',
  image: 'jpg jpeg png gif bmp webp svg tif tiff heic heif avif',
  archive: 'zip rar 7z tar gz tgz bz2 xz zst',
}

const byExtension: ReadonlyMap<string, FileKind> = new Map(
  fileKinds.flatMap((kind) =>
    kind === 'other' ? [] : extensions[kind].split(' ').map((word) => [word, kind] as const),
  ),
)

/** `extension`: as `extensionOf` (paths.ts) says it. */
export function kindOf(extension: string): FileKind {
  return byExtension.get(extension) ?? 'other'
}
