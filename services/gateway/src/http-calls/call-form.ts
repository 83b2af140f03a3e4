/** How calls come over HTTP/1.1: by gRPC-Web, or by Connect with one message or with a stream of them. */
export type CallProtocol = 'grpc-web' | 'connect' | 'connect-stream';

/** How the messages of a call are written. */
export interface CallForm {
  readonly protocol: CallProtocol;
  /** Whether messages are in JSON rather than in wire format. */
  readonly isJson: boolean;
  /** The media type of the answer. */
  readonly contentType: string;
  /** The header that says by what messages are compressed. */
  readonly encodingHeader: string;
}

const GRPC_WEB: CallForm = {
  protocol: 'grpc-web',
  isJson: false,
  contentType: 'application/grpc-web+proto',
  encodingHeader: 'grpc-encoding',
};

const CONNECT = { protocol: 'connect', encodingHeader: 'content-encoding' } as const;
const STREAM = { protocol: 'connect-stream', encodingHeader: 'connect-content-encoding' } as const;

const FORMS: ReadonlyMap<string, CallForm> = new Map<string, CallForm>([
  ['application/grpc-web', GRPC_WEB],
  ['application/grpc-web+proto', GRPC_WEB],
  ['application/proto', { ...CONNECT, isJson: false, contentType: 'application/proto' }],
  ['application/json', { ...CONNECT, isJson: true, contentType: 'application/json' }],
  ['application/connect+proto', { ...STREAM, isJson: false, contentType: 'application/connect+proto' }],
  ['application/connect+json', { ...STREAM, isJson: true, contentType: 'application/connect+json' }],
]);

/** The media types that calls may come in. */
export const callTypes: readonly string[] = [...FORMS.keys()];

/** The form that a media type stands for; undefined for one that calls do not have. */
export function callFormOf(contentType: string | undefined): CallForm | undefined {
  return FORMS.get((contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '');
}

/** Whether a form can carry the calls of a method (Connect has one for each kind). */
export function fits({ protocol }: CallForm, methodKind: string): boolean {
  if (protocol === 'grpc-web') return true;
  return (methodKind === 'unary') === (protocol === 'connect');
}
