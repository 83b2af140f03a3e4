import { answer } from '../answer.js';
import { openLoad, type Calls, type Load } from './load.js';

let load: Load | undefined;
let calls: Calls | undefined;

answer({
  open: async (options: { port: number; calls: Calls }) => {
    calls = options.calls;
    load = await openLoad(options.port);
  },
  run: () => calls && load?.run(calls),
  close: () => load?.close(),
});
