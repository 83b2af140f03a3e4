/** A part of the gateway's process. */
export type Part =
  | 'translation'
  | 'access tokens and rules'
  | 'HTTP edge and RPC handler'
  | 'hop to the service'
  | 'Fastify and Nest'
  | 'telemetry and log'
  | 'HTTP of Node'
  | 'sockets and streams of Node'
  | 'promises and timers of Node'
  | 'garbage collection'
  | 'system calls and native code'
  | 'idle'
  | 'other';

/** The first that fits counts. A place is the name of a function and the address of its file. */
const PARTS: readonly (readonly [Part, RegExp])[] = [
  ['idle', /^\(idle\)/],
  ['garbage collection', /^\(garbage collector\)/],
  ['system calls and native code', /^\((?:program|root)\)|^\S* $/],
  ['translation', /\/libs\/transcoding\/|@bufbuild\/protobuf/],
  [
    'access tokens and rules',
    /\/libs\/(?:tokens|guard|access)\/|\/gateway\/dist\/(?:credential\/|rpc\/admission)/,
  ],
  [
    'hop to the service',
    /@grpc\/grpc-js|\/libs\/(?:http2-grpc|grpc)\/|\/gateway\/dist\/upstream\/|node:internal\/http2/,
  ],
  [
    'telemetry and log',
    /opentelemetry|\/pino|sonic-boom|\/libs\/telemetry\/|log-exchange|http-measures|safe-stable|quick-format/,
  ],
  ['HTTP edge and RPC handler', /\/gateway\/dist\//],
  ['Fastify and Nest', /fastify|find-my-way|@nestjs|avvio|light-my-request|reusify/],
  ['HTTP of Node', /node:_http|node:internal\/http/],
  ['promises and timers of Node', /node:internal\/(?:process|timers|async|promises|abort)|node:timers/],
  [
    'sockets and streams of Node',
    /node:(?:net|internal\/(?:stream|streams|crypto|tls)|stream|events|buffer|internal\/buffer)/,
  ],
];

/** The part that a place of the code belongs to. */
export function partOf(place: string): Part {
  return PARTS.find(([, places]) => places.test(place))?.[0] ?? 'other';
}
