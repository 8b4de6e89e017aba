// The other thread: copies and checks, so that the main one never stalls.

import { parentPort, workerData } from 'node:worker_threads'
import { type CopyRequest, writeCopy } from './backup.ts'

const request: CopyRequest = workerData
parentPort?.postMessage(await writeCopy(request))
