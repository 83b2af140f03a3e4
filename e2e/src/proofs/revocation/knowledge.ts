import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { contract } from '@gatehouse/contracts';
import { RevocationKind, RevocationServiceClient, TokenServiceClient } from '@gatehouse/contracts/auth';
import { callUnary, openClient } from '@gatehouse/grpc/client';
import { AccessTokens, followIssuer, ServiceIdentity } from '@gatehouse/guard';
import type { Logger } from '@gatehouse/telemetry';
import { RevocationList, type Revocation } from '@gatehouse/tokens';
import { Metadata } from '@grpc/grpc-js';
import type { VerifierOptions } from './messages.js';

/** A verifier, by whatever it knows of revocations. */
export interface Knowledge {
  /** @throws TokenRejected instead of false where the verifier itself refuses */
  isAccepted(accessToken: string): Promise<boolean>;
  /** Resolves once it can judge. */
  ready(): Promise<void>;
}

/** The name that the verifiers of the proof have at auth. */
const SERVICE = 'users';

/** How often the one that polls asks for everything, in milliseconds. */
const POLL_EVERY_MS = 5_000;

/** Opens the verifier that the options name: ours, or one of those it is compared with. */
export function openKnowledge(options: VerifierOptions, log: Logger): Knowledge {
  const { mode, authAddress: address, issuer, apiAudience, clientSecret } = options;
  const identity = new ServiceIdentity({ address, clientId: SERVICE, clientSecret });
  const followed = followIssuer({ address, identity, log });
  const ready = async () => {
    while (!(await followed.known.holds())) await delay(20);
  };
  const accepted = { issuer, apiAudience, service: SERVICE, keys: followed.keys };
  if (mode === 'introspect') {
    const client = openClient(TokenServiceClient, address, contract);
    const introspect = client.introspect.bind(client);
    const isAccepted = async (token: string) => {
      const accessToken = await identity.accessToken();
      return (await callUnary(introspect, { token }, { timeoutMs: 5_000, accessToken })).active;
    };
    return { isAccepted, ready };
  }
  const revocations = mode === 'poll' ? new RevocationList() : followed.revocations;
  if (mode === 'poll') void poll(address, identity, revocations as RevocationList);
  const tokens = new AccessTokens({ ...accepted, revocations, lease: followed.lease });
  const isAccepted = async (accessToken: string) =>
    (tokens.peek(accessToken) ?? (await tokens.verify(accessToken))) !== undefined;
  return { isAccepted, ready };
}

/** Asks for all that is revoked, again and again: what a verifier does that has no feed. */
async function poll(address: string, identity: ServiceIdentity, list: RevocationList): Promise<never> {
  const client = openClient(RevocationServiceClient, address, contract);
  for (;;) {
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${await identity.accessToken()}`);
    const stream = client.watch(metadata);
    stream.write({
      message: { $case: 'begin', value: { verifierId: randomUUID(), epoch: '', position: 0n } },
    });
    await new Promise<void>((resolve) => {
      stream.on('error', () => resolve());
      stream.on('data', ({ message }) => {
        if (message?.$case !== 'batch') return;
        list.apply(message.value.revocations.map(toRevocation));
        if (!message.value.more) resolve();
      });
    });
    stream.cancel();
    await delay(POLL_EVERY_MS);
  }
}

function toRevocation({
  kind,
  key,
  notBefore,
  expiresAt,
}: {
  readonly kind: RevocationKind;
  readonly key: string;
  readonly notBefore: bigint;
  readonly expiresAt: bigint;
}): Revocation {
  const name = RevocationKind[kind].toLowerCase() as Revocation['kind'];
  return { kind: name, key, notBefore: Number(notBefore), expiresAt: Number(expiresAt) };
}
