// Writes one document beside the main thread: a long one takes seconds.

import { parentPort, workerData } from 'node:worker_threads'
import type { Document, DocumentFormat } from './document.ts'

/** Each brings its library when it is wanted. */
const writers: Readonly<Record<DocumentFormat, (document: Document) => Promise<Uint8Array>>> = {
  csv: async (document) => (await import('./csv.ts')).csvOf(document),
  xlsx: async (document) => await (await import('./excel.ts')).excelOf(document),
  pdf: async (document) => await (await import('./pdf.ts')).pdfOf(document),
  html: async (document) => (await import('./html.ts')).htmlOf(document),
}

const { document, format }: { document: Document; format: DocumentFormat } = workerData
parentPort?.postMessage(await writers[format](document))
