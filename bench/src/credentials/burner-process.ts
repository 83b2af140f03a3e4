import { Worker } from 'node:worker_threads';
import { answer } from '../answer.js';

/** Takes as much of the CPU as so many threads can get, until the process ends. */
answer({
  start: (threads: number) => {
    for (let thread = 0; thread < threads; thread++) new Worker('for (;;);', { eval: true });
  },
});
