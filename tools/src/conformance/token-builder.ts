import type { Members, Operation, Profile } from './corpus.js';
import type { CorpusKeys } from './corpus-keys.js';
import { hostileJson } from './hostile-json.js';
import { hmacWith, signWith } from './signing-forms.js';
import { transformSignature } from './signature-forms.js';
import { hasSpareBits, setSpareBit, transformSegment, transformText } from './text-forms.js';

type Segments = [header: string, payload: string, signature: string];

/**
 * Builds the text of a case: starts from the valid access token of the profile and applies the operations in
 * order. Each one is a method named after it.
 *
 * @param now seconds since the epoch that the claims are relative to
 * @throws Error for an operation or a form that is not known: the case cannot be run
 */
export function buildToken(
  profile: Profile,
  keys: CorpusKeys,
  operations: readonly Operation[],
  now: number,
): string {
  const construction = new Construction(profile, keys, now);
  for (const operation of operations) construction.apply(operation);
  return construction.text;
}

class Construction {
  readonly #profile: Profile;
  readonly #keys: CorpusKeys;
  readonly #now: number;
  #header: Record<string, unknown>;
  #claims: Record<string, unknown>;
  /** Exact bytes that stand in place of the header or the claims. */
  #headerBytes: Buffer | undefined;
  #payloadBytes: Buffer | undefined;
  #signature: Buffer | undefined;
  #firstSignature: Buffer | undefined;
  #segments: Segments | undefined;
  #droppedSignature = false;
  #text: string | undefined;

  constructor(profile: Profile, keys: CorpusKeys, now: number) {
    this.#profile = profile;
    this.#keys = keys;
    this.#now = now;
    this.#header = this.#substitute(profile.header);
    this.#claims = Object.fromEntries(
      Object.entries(profile.claims).map(([name, value]) => [name, this.#absoluteTime(value)]),
    );
  }

  /** The finished text; without any signing operation the signature is empty. */
  get text(): string {
    if (this.#text !== undefined) return this.#text;
    const segments = this.#current();
    return (this.#droppedSignature ? segments.slice(0, 2) : segments).join('.');
  }

  apply(operation: Operation): void {
    switch (operation.op) {
      case 'header':
        return this.#changeHeader(operation);
      case 'claims':
        return this.#changeClaims(operation);
      case 'rawHeader':
        return this.#replaceHeaderText(operation.json ?? '');
      case 'rawClaims':
        return this.#replaceClaimsText(operation.json ?? '');
      case 'rawClaim':
        return this.#replaceClaimLiteral(operation.name ?? '', operation.json ?? '');
      case 'rawHeaderHex':
        this.#headerBytes = withInvalidUtf8({ ...this.#header, x: '' }, '"x":"');
        return;
      case 'rawClaimsHex':
        this.#payloadBytes = withInvalidUtf8(this.#claims, '"sub":"');
        return;
      case 'nestedPayload': {
        const inner = buildToken(this.#profile, this.#keys, [{ op: 'sign', with: 'active' }], this.#now);
        this.#payloadBytes = Buffer.from(inner);
        return;
      }
      case 'signFirst':
        this.#firstSignature = this.#signatureOf(this.#encoded());
        return;
      case 'sign':
        return this.#sign(this.#encoded(), operation);
      case 'hmac': {
        const [header, payload] = this.#encoded();
        const mac = hmacWith(
          this.#keys,
          operation.hash ?? '',
          operation.secret ?? '',
          `${header}.${payload}`,
        );
        return this.#setSigned([header, payload], mac);
      }
      case 'rawPayloadSign': // RFC 7797: the payload travels unencoded
        return this.#sign([encodeJson(this.#header), JSON.stringify(this.#claims)], operation);
      case 'wsBeforeSign': {
        const [header, payload] = this.#encoded();
        return this.#sign([transformSegment('space', header), transformSegment('space', payload)], operation);
      }
      case 'bitsBeforeSign': {
        this.#padUntilSpareBits(1);
        const [header, payload] = this.#encoded();
        return this.#sign([header, setSpareBit(payload)], operation);
      }
      case 'swapPayload':
        this.#current()[1] = encodeJson({ ...this.#claims, ...(operation.set as Members) });
        return;
      case 'signature':
        return this.#changeSignature(operation.fn ?? '');
      case 'segment':
        return this.#changeSegment(operation.i ?? 0, operation.fn ?? '');
      case 'token':
        this.#text = operation.fn === 'pad8k' ? this.#justTooLong() : this.#transformed(operation.fn ?? '');
        return;
      default:
        throw new Error(`unknown operation ${operation.op}`);
    }
  }

  #changeHeader({ set, unset = [] }: Operation): void {
    const members = set === '$attackerJwk' ? { jwk: this.#keys.jwk('attacker') } : ((set ?? {}) as Members);
    Object.assign(this.#header, this.#substitute(members));
    for (const name of unset) delete this.#header[name];
  }

  #changeClaims({ set, rel = {}, unset = [] }: Operation): void {
    Object.assign(this.#claims, set);
    for (const [name, seconds] of Object.entries(rel)) this.#claims[name] = this.#now + seconds;
    for (const name of unset) delete this.#claims[name];
  }

  #replaceHeaderText(json: string): void {
    const hostile = hostileJson(json.replace(/^\$h/, ''), membersOf(this.#header));
    this.#headerBytes = Buffer.from(hostile ?? this.#keys.substitute(json));
  }

  #replaceClaimsText(json: string): void {
    const members = membersOf(this.#claims);
    const hostile = hostileJson(json.replace(/^\$/, ''), members);
    this.#payloadBytes = Buffer.from(hostile ?? json.replaceAll('$base', () => members));
  }

  #replaceClaimLiteral(name: string, json: string): void {
    const placeholder = '@@literal@@';
    const expiry = this.#now + 300;
    const literal = json.replaceAll('$expms', String(expiry * 1_000)).replaceAll('$exp', String(expiry));
    const text = JSON.stringify({ ...this.#claims, [name]: placeholder });
    this.#payloadBytes = Buffer.from(text.replace(`"${placeholder}"`, () => literal));
  }

  #sign(signed: readonly [string, string], operation: Operation): void {
    this.#setSigned(signed, this.#signatureOf(signed, operation));
  }

  #signatureOf(
    [header, payload]: readonly [string, string],
    { with: name, alg, hash }: Partial<Operation> = {},
  ): Buffer {
    const { privateKey } = this.#keys.get(name ?? 'active');
    return signWith(privateKey, `${header}.${payload}`, alg ?? 'ES256', hash ?? 'sha256');
  }

  #setSigned([header, payload]: readonly [string, string], signature: Buffer): void {
    this.#signature = signature;
    this.#segments = [header, payload, signature.toString('base64url')];
  }

  #changeSignature(form: string): void {
    const segments = this.#current();
    if (form === 'dropSegment') {
      this.#droppedSignature = true;
    } else if (form === 'empty') {
      segments[2] = '';
    } else if (form === 'keepOriginal') {
      if (this.#firstSignature === undefined) throw new Error('keepOriginal needs signFirst');
      this.#setSigned(this.#encoded(), this.#firstSignature);
    } else {
      segments[2] = transformSignature(form, this.#signature ?? Buffer.alloc(64)).toString('base64url');
    }
  }

  /** A form that would leave this segment as it is has the access token signed anew until it does not. */
  #changeSegment(index: number, form: string): void {
    if (form === 'bits' && index < 2) {
      this.#padUntilSpareBits(index);
      this.#sign(this.#encoded(), { op: 'sign' });
    }
    for (let round = 0; form === 'std' && !/[-_]/.test(this.#segment(index)); round++) {
      this.#claims['jti'] = `~?${'~?>'.repeat(round)}`;
      if (index === 0) this.#header['x'] = `~?>?${round}`;
      this.#sign(this.#encoded(), { op: 'sign' });
    }
    this.#current()[index] = transformSegment(form, this.#segment(index));
  }

  #segment(index: number): string {
    const segment = this.#current()[index];
    if (segment === undefined) throw new Error(`no segment ${index}`);
    return segment;
  }

  /** White space behind the JSON changes nothing but the length. */
  #padUntilSpareBits(index: number): void {
    let json = JSON.stringify(index === 0 ? this.#header : this.#claims);
    while (!hasSpareBits(encode(json))) json += ' ';
    if (index === 0) this.#headerBytes = Buffer.from(json);
    else this.#payloadBytes = Buffer.from(json);
  }

  #transformed(form: string): string {
    return transformText(form, this.#current(), encodeJson({ ...this.#claims, sub: 'admin' }));
  }

  /** Genuine in everything, and the first length that is over the limit. */
  #justTooLong(): string {
    const limit = this.#profile.maxTokenChars;
    for (let filler = Math.floor(limit / 2); ; filler++) {
      const segments: [string, string] = [
        encodeJson(this.#header),
        encodeJson({ ...this.#claims, filler: 'a'.repeat(filler) }),
      ];
      const chars = segments.join('.').length + 1 + ES256_CHARS;
      if (chars <= limit) continue;
      return `${segments.join('.')}.${this.#signatureOf(segments).toString('base64url')}`;
    }
  }

  #encoded(): [string, string] {
    return [
      this.#headerBytes?.toString('base64url') ?? encodeJson(this.#header),
      this.#payloadBytes?.toString('base64url') ?? encodeJson(this.#claims),
    ];
  }

  #current(): Segments {
    return (this.#segments ??= [...this.#encoded(), this.#signature?.toString('base64url') ?? '']);
  }

  #absoluteTime(value: unknown): unknown {
    const match = typeof value === 'string' ? /^now([+-]\d+)?$/.exec(value) : null;
    return match === null ? value : this.#now + Number(match[1] ?? 0);
  }

  /** Fills in the placeholders in every string of a value. */
  #substitute(members: Members): Record<string, unknown> {
    const json = JSON.stringify(members, (_name, value: unknown) =>
      typeof value === 'string' ? this.#keys.substitute(value) : value,
    );
    return JSON.parse(json) as Record<string, unknown>;
  }
}

/** Characters of an encoded ES256 signature. */
const ES256_CHARS = 86;

/** The JSON of an object in which the first string after `marker` begins with a byte that is no UTF-8. */
function withInvalidUtf8(members: Members, marker: string): Buffer {
  const json = JSON.stringify(members);
  const at = json.indexOf(marker) + marker.length;
  return Buffer.concat([Buffer.from(json.slice(0, at)), Buffer.of(0xff), Buffer.from(json.slice(at))]);
}

function membersOf(object: Members): string {
  return JSON.stringify(object).slice(1, -1);
}

function encodeJson(value: object): string {
  return encode(JSON.stringify(value));
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}
