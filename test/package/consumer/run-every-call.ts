import * as disk from 'node:fs';
import { memfs } from 'memfs';
import { everyCall } from './every-call.ts';

const [, , root = ''] = process.argv;

void Promise.all([everyCall(memfs().fs, '/world'), everyCall(disk, root)]).then(
  ([memory, onDisk]) => console.log(JSON.stringify({ memory, disk: onDisk })),
);
