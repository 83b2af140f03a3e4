/** A file of transcoding cases: rules, requests, and what is to come of them. */
export interface TranscodingCorpus {
  readonly registries: Readonly<Record<string, readonly RegistryRule[]>>;
  readonly cases: readonly TranscodingCase[];
}

/** A rule of a registry with the name of its RPC. */
export interface RegistryRule {
  readonly rpc: string;
  readonly method: string;
  readonly path: string;
}

/** A rule as the file writes it. */
export interface CaseRule {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly response_body?: string;
  readonly additional_bindings?: readonly CaseRule[];
}

export interface CaseRequest {
  readonly method: string;
  /** Path and query; `<...>` is a payload to be made. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly body?: string;
  readonly chunks?: readonly string[];
  readonly remote?: string;
}

/** What the upstream answers. */
export interface CaseUpstream {
  readonly grpc_status?: number;
  readonly grpc_message?: string;
  readonly 'grpc-status-details-bin'?: string;
  readonly http?: number;
  readonly content_type?: string;
  readonly message?: Readonly<Record<string, unknown>> | string;
}

export interface CaseResponse {
  readonly http?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly body_contains?: Readonly<Record<string, unknown>>;
  readonly grpc_message?: Readonly<Record<string, unknown>>;
  readonly grpc_messages?: readonly Readonly<Record<string, unknown>>[];
}

export interface Expectation {
  readonly template?: 'valid' | 'invalid';
  readonly segments?: readonly string[];
  readonly verb?: string | null;
  readonly variables?: readonly { readonly field: string; readonly start: number; readonly end: number }[];
  readonly rule?: 'valid' | 'invalid';
  readonly matched?: boolean;
  readonly rpc?: string | null;
  readonly bindings?: Readonly<Record<string, unknown>>;
  readonly messages?: readonly Readonly<Record<string, unknown>>[];
  readonly error?: {
    readonly http: number;
    readonly grpc: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
  readonly response?: CaseResponse;
  readonly deadline_ms?: number;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly metadata_absent?: readonly string[];
  readonly update_mask?: readonly string[];
}

export interface TranscodingCase {
  readonly id: string;
  readonly group: string;
  readonly source?: string;
  readonly registry?: string;
  readonly http_rule: CaseRule | null;
  readonly request_type?: string;
  readonly request: CaseRequest | null;
  readonly upstream?: CaseUpstream;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly expect: Expectation;
  /** What is to be done where the sources disagree; it stands instead of `expect`. */
  readonly recommended_expect?: Expectation;
}

/** What a case asks for. */
export function expectationOf(testCase: TranscodingCase): Expectation {
  return testCase.recommended_expect ?? testCase.expect;
}

/** Makes the payload that a `<...>` in a path stands for. */
export function expandPath(path: string): string {
  return path
    .replace(/<(\d+) x "(.)">/g, (_, count: string, letter: string) => letter.repeat(Number(count)))
    .replace(/<(\d+) parameters>/g, (_, count: string) =>
      Array.from({ length: Number(count) }, (_value, index) => `p${index}=1`).join('&'),
    );
}

/** The bytes of a body: after `<bytes> ` with `\xHH` for a byte, and with `<N x "TEXT">` for a repetition. */
export function bodyBytes(body: string | undefined): Uint8Array | undefined {
  if (body === undefined) return undefined;
  const text = body.replace(/<(\d+) x "((?:[^"\\]|\\.)*)">/g, (_, count: string, repeated: string) =>
    repeated.repeat(Number(count)),
  );
  if (!text.startsWith('<bytes> ')) return Buffer.from(text);
  const latin1 = text
    .slice('<bytes> '.length)
    .replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(latin1, 'latin1');
}
