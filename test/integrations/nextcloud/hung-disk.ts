// A folder's thread whose disk does not answer until it is let: it waits as in a call of the system, and hears nothing meanwhile.

import { workerData } from 'node:worker_threads'

const gate: Int32Array = workerData.gate
if (Atomics.load(gate, 0) === 0) Atomics.wait(gate, 0, 0)
await import('../../../src/integrations/nextcloud/disk-worker.ts')
