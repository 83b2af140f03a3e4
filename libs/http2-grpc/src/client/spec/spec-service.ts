import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
} from '@grpc/grpc-js';

type Answer = (error: Partial<ServiceError> | null, reply?: Buffer, trailers?: Metadata) => void;

const asIs = (bytes: Buffer) => bytes;
const codecs = {
  requestSerialize: asIs,
  requestDeserialize: asIs,
  responseSerialize: asIs,
  responseDeserialize: asIs,
};
const method = (name: string, requestStream: boolean, responseStream: boolean) => ({
  path: `/spec.Service/${name}`,
  requestStream,
  responseStream,
  ...codecs,
});

/** A service of grpc-js that does what its requests say. */
export class SpecService {
  readonly #server = new Server({
    'grpc.max_receive_message_length': -1,
    'grpc.max_send_message_length': -1,
  });

  /** @returns `address:port` */
  async start(): Promise<string> {
    this.#server.addService(
      {
        echo: method('Echo', false, false),
        fail: method('Fail', false, false),
        metadata: method('Metadata', false, false),
        large: method('Large', false, false),
        never: method('Never', false, false),
        count: method('Count', false, true),
        countAndFail: method('CountAndFail', false, true),
        sum: method('Sum', true, false),
        enough: method('Enough', true, false),
      },
      { echo, fail, metadata, large, never: () => undefined, count, countAndFail, sum, enough },
    );
    const port = await new Promise<number>((resolve, reject) => {
      const bound = (error: Error | null, actual: number) => (error ? reject(error) : resolve(actual));
      this.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), bound);
    });
    return `127.0.0.1:${port}`;
  }

  close(): void {
    this.#server.forceShutdown();
  }
}

function echo({ request }: ServerUnaryCall<Buffer, Buffer>, answer: Answer): void {
  answer(null, request);
}

/** `code details`. */
function fail({ request }: ServerUnaryCall<Buffer, Buffer>, answer: Answer): void {
  const [, code, details] = /^(\d+) (.*)$/s.exec(request.toString()) ?? [];
  const metadata = new Metadata();
  metadata.set('grpc-status-details-bin', Buffer.from([8, 5, 0xff]));
  metadata.set('x-trailer', 'here');
  answer({ code: Number(code), details, metadata });
}

/** What came goes back. */
function metadata(call: ServerUnaryCall<Buffer, Buffer>, answer: Answer): void {
  const { 'user-agent': _agent, ...names } = call.metadata.getMap();
  const back = new Metadata();
  for (const name of Object.keys(names)) for (const value of call.metadata.get(name)) back.add(name, value);
  call.sendMetadata(back);
  answer(null, Buffer.from(call.getPath()));
}

/** A number of octets. */
function large({ request }: ServerUnaryCall<Buffer, Buffer>, answer: Answer): void {
  answer(null, Buffer.alloc(Number(request.toString()), 'x'));
}

/** As many messages as were asked for. */
function count(call: ServerWritableStream<Buffer, Buffer>): void {
  const head = new Metadata();
  head.set('x-head', 'here');
  call.sendMetadata(head);
  for (let index = 0; index < Number(call.request.toString()); index++) call.write(Buffer.from(`${index}`));
  call.end();
}

function countAndFail(call: ServerWritableStream<Buffer, Buffer>): void {
  call.write(Buffer.from('0'));
  call.emit('error', { code: 9, details: 'enough' });
}

/** How many messages and octets there were. */
function sum(call: ServerReadableStream<Buffer, Buffer>, answer: Answer): void {
  let [messages, octets] = [0, 0];
  call.on('data', ({ length }: Buffer) => {
    messages++;
    octets += length;
  });
  call.on('end', () => answer(null, Buffer.from(`${messages} ${octets}`)));
}

/** Answers to the first message. */
function enough(call: ServerReadableStream<Buffer, Buffer>, answer: Answer): void {
  call.once('data', (first: Buffer) => answer(null, first));
}
