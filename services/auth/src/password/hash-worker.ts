import { getPriority, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { hashSync, verifySync } from '@node-rs/argon2';
import type { HashTask } from './hash-thread.js';

/** How far below the service a thread that hashes runs, as a nice value. */
const BELOW_SERVICE = 10;

/** The least that a thread can have; to ask for more than it has takes a privilege. */
const LOWEST = 19;

// Linux takes process 0 for the calling thread, which the threads of libuv and V8 run beside at their own priority.
// Elsewhere it is the whole process, and that must not be lowered.
if (process.platform === 'linux') setPriority(0, Math.min(getPriority(0) + BELOW_SERVICE, LOWEST));

parentPort?.on('message', (task: HashTask) => {
  const outcome =
    'stored' in task ? verifySync(task.stored, task.password) : hashSync(task.password, task.parameters);
  parentPort?.postMessage(outcome);
});
