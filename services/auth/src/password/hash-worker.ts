import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { hashSync, verifySync } from '@node-rs/argon2';
import type { HashTask } from './hash-thread.js';

// Linux takes process 0 for the calling thread, which the threads of libuv and V8 run beside at their own priority.
// Elsewhere it is the whole process, and that must not be lowered.
if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);

parentPort?.on('message', (task: HashTask) => {
  const outcome =
    'stored' in task ? verifySync(task.stored, task.password) : hashSync(task.password, task.parameters);
  parentPort?.postMessage(outcome);
});
