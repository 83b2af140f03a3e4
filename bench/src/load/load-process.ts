import { answer } from '../answer.js';
import { openLoad, type Calls, type Load } from './load.js';

let load: Load | undefined;

answer({
  open: async (port: number) => {
    load = await openLoad(port);
  },
  run: (calls: Calls) => load?.run(calls),
  close: () => load?.close(),
});
