import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { createLogger } from '@gatehouse/telemetry';
import { streamFramer, type StreamFormat } from '@gatehouse/transcoding';
import { Exchange } from '../http/exchange.js';
import { readText } from '../spec/feed-gateway.js';
import type { ReplyStream } from '../upstream/upstream.js';
import { sendStream } from './send-stream.js';
import type { StreamForm } from './stream-form.js';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A stream whose second message comes when it is let. */
function pausingStream(): { stream: ReplyStream; goOn: () => void } {
  let goOn = (): void => undefined;
  const pause = new Promise<void>((resolve) => (goOn = resolve));
  async function* messages() {
    yield Buffer.from('1');
    await pause;
    yield Buffer.from('2');
  }
  return { stream: { metadata: new Map(), messages: messages(), cancel: () => undefined }, goOn };
}

function formOf(format: StreamFormat): StreamForm {
  const framer = streamFramer(format);
  return {
    contentType: () => framer.contentType,
    part: (message) => framer.message(Buffer.from(message).toString()),
    heartbeat: () => framer.heartbeat(),
    end: () => framer.end(),
    failure: (problem) => framer.error(problem),
  };
}

/** The answer that a stream becomes, with a heartbeat every 20 ms. */
async function answerTo(stream: ReplyStream, format: StreamFormat): Promise<IncomingMessage> {
  const log = createLogger({ service: 'gateway', level: 'fatal' });
  server = createServer((request, response) => {
    const options = { form: formOf(format), log, onHead: () => undefined, heartbeatMs: 20 };
    void sendStream(new Exchange(request, response, '127.0.0.1'), stream, options);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, agent: false }, resolve).once('error', reject);
  });
}

it.each([
  ['ndjson', /^1\n\n+2\n$/, '\n\n'],
  ['sse', /^data: 1\n\n(?::\n\n)+data: 2\n\n$/, '\n\n:'],
  ['json-array', /^\[1\n+,2\]$/, '\n'],
] as const)('a %s that says nothing is kept alive, and stays sound', async (format, whole, beat) => {
  const { stream, goOn } = pausingStream();
  const answer = await answerTo(stream, format);
  let text = '';
  answer.setEncoding('utf8');
  await new Promise<void>((resolve) => {
    const take = (piece: string) => {
      text += piece;
      if (!text.includes(beat)) return;
      answer.off('data', take).pause();
      resolve();
    };
    answer.on('data', take);
  });
  goOn();
  expect(text + (await readText(answer))).toMatch(whole);
});
