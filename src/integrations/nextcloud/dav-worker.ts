// The thread that reads one large answer of a WebDAV server (dav.ts).

import { parentPort, workerData } from 'node:worker_threads'
import { parseListing } from './dav-answers.ts'

const listing = await parseListing(typeof workerData === 'string' ? workerData : '')
parentPort?.postMessage(listing ?? null)
