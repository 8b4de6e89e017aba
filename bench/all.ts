// Every performance figure against its yardstick, one after the other.

import { benchIngest } from './ingest.ts'

for (const bench of [benchIngest]) await bench((line) => console.log(line))
