import { answer } from '../answer.js';
import { openHttpLoad, type HttpLoad, type Requests } from './http-load.js';

let load: HttpLoad | undefined;

answer({
  open: async ({ port, connections }: { port: number; connections: number }) => {
    load?.close();
    load = await openHttpLoad(port, connections);
  },
  run: (requests: Requests) => load?.run(requests),
});
