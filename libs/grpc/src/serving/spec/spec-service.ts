import {
  Metadata,
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
} from '@grpc/grpc-js';

const asIs = (bytes: Buffer) => bytes;

const method = (name: string, requestStream: boolean, responseStream: boolean) => ({
  path: `/spec.Service/${name}`,
  requestStream,
  responseStream,
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
});

/** Methods that do what their requests say. */
export const specMethods = {
  echo: method('Echo', false, false),
  fail: method('Fail', false, false),
  metadata: method('Metadata', false, false),
  count: method('Count', false, true),
  countAndFail: method('CountAndFail', false, true),
  sum: method('Sum', true, false),
  enough: method('Enough', true, false),
  echoAll: method('EchoAll', true, true),
};

const echo: handleUnaryCall<Buffer, Buffer> = ({ request }, answer) => answer(null, request);

/** `code details`. */
const fail: handleUnaryCall<Buffer, Buffer> = ({ request }, answer) => {
  const [, code, details] = /^(\d+) (.*)$/s.exec(request.toString()) ?? [];
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from([8, 5, 0xff]));
  metadata.add('x-trailer', 'one');
  metadata.add('x-trailer', 'two');
  answer({ code: Number(code), details, metadata });
};

/** What came. Several values of a name may come as one, separated by commas. */
const metadata: handleUnaryCall<Buffer, Buffer> = (call, answer) => {
  const names = Object.keys(call.metadata.getMap()).filter((name) => name.startsWith('x-'));
  const read = names.toSorted().map((name) => [name, call.metadata.get(name).map(text).join(', ')]);
  answer(null, Buffer.from(JSON.stringify(read)));
};

const text = (value: string | Buffer) => (typeof value === 'string' ? value : value.toString('hex'));

/** As many messages as were asked for. */
const count: handleServerStreamingCall<Buffer, Buffer> = (call) => {
  for (let index = 0; index < Number(call.request.toString()); index++) call.write(Buffer.from(`${index}`));
  call.end();
};

const countAndFail: handleServerStreamingCall<Buffer, Buffer> = (call) => {
  call.write(Buffer.from('0'));
  call.emit('error', { code: 9, details: 'enough' });
};

/** How many messages and octets there were. */
const sum: handleClientStreamingCall<Buffer, Buffer> = (call, answer) => {
  let [messages, octets] = [0, 0];
  call.on('data', ({ length }: Buffer) => {
    messages++;
    octets += length;
  });
  call.on('end', () => answer(null, Buffer.from(`${messages} ${octets}`)));
};

/** Answers to the first message. */
const enough: handleClientStreamingCall<Buffer, Buffer> = (call, answer) => {
  call.once('data', (first: Buffer) => answer(null, first));
};

const echoAll: handleBidiStreamingCall<Buffer, Buffer> = (call) => {
  call.on('data', (message: Buffer) => call.write(message));
  call.on('end', () => call.end());
};

export const specHandlers = { echo, fail, metadata, count, countAndFail, sum, enough, echoAll };
