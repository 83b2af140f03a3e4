import { FIELD_OVERHEAD } from '../hpack/header-field.js';
import { HpackEncoder } from '../hpack/hpack-encoder.js';
import { CallError } from './call-error.js';
import { Status } from './status.js';

/** What goes with a call or its answer: lower-case names; printable ASCII, or base64 where the name ends in `-bin`. */
export type Metadata = Readonly<Record<string, string | readonly string[]>>;

/** What credentials travel in. They enter no table of a header compression (RFC 7541, section 7.1.3). */
const SECRETS: ReadonlySet<string> = new Set([
  'authorization',
  'cookie',
  'dpop',
  'proxy-authorization',
  'set-cookie',
  'x-api-key',
]);

/** The protocol's own, which a call cannot say. */
const RESERVED =
  /^(?:grpc-(?!status-details-bin$|trace-bin$|tags-bin$)|:|te$|content-type$|connection$|host$)/;
const NAME = /^[0-9a-z_.-]+$/;
/** ASCII-Value, without the spaces around it that HTTP takes away. */
const VALUE = /^(?:[!-~](?:[ -~]*[!-~])?)?$/;

/** Whether something can be the value of a field, or a path. */
export function isAsciiValue(text: string): boolean {
  return VALUE.test(text);
}

export const NO_METADATA: Metadata = {};

/** How large metadata is: as a list of headers, and encoded at most. */
export interface MetadataSize {
  list: number;
  room: number;
}

/**
 * Checks what is to be sent, and adds up how large it is.
 *
 * @throws CallError INTERNAL for names and values that gRPC does not have
 */
export function measureMetadata(metadata: Metadata, size: MetadataSize): void {
  for (const name in metadata) {
    if (!soundNames.has(name)) checkName(name);
    const values = metadata[name] as string | readonly string[];
    if (typeof values === 'string') measure(name, values, size);
    else for (const value of values) measure(name, value, size);
  }
}

/** Names that were checked before: there are few different ones, and each call has most of them. */
const soundNames = new Set<string>();
const MAX_KNOWN = 256;

function checkName(name: string): void {
  if (!NAME.test(name) || RESERVED.test(name)) throw unsound(name);
  if (soundNames.size < MAX_KNOWN) soundNames.add(name);
}

function measure(name: string, value: string, size: MetadataSize): void {
  if (!VALUE.test(value)) throw unsound(name);
  size.list += name.length + value.length + FIELD_OVERHEAD;
  size.room += HpackEncoder.room(name, value);
}

/** Encodes metadata that was measured. */
export function encodeMetadata(metadata: Metadata, encoder: HpackEncoder): void {
  for (const name in metadata) {
    const values = metadata[name] as string | readonly string[];
    const isSecret = SECRETS.has(name);
    if (typeof values === 'string') encode(name, values, isSecret, encoder);
    else for (const value of values) encode(name, value, isSecret, encoder);
  }
}

function encode(name: string, value: string, isSecret: boolean, encoder: HpackEncoder): void {
  if (isSecret) encoder.neverIndexed(name, value);
  else encoder.literal(name, value);
}

function unsound(name: string): CallError {
  return new CallError(Status.INTERNAL, `metadata that cannot be sent: ${name.slice(0, 64)}`);
}
