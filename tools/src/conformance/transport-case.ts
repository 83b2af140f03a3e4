import type { AttackCase, Sending } from './corpus.js';
import type { Fields, LiveSystem, Observation } from './live-system.js';

/**
 * Sends the access token of a transport case the way the case says: metadata over gRPC and as header fields at
 * the gateway, raw fields over bare HTTP/2, the rest at the gateway alone.
 */
export async function sendCase(
  attackCase: AttackCase,
  accessToken: string,
  system: LiveSystem,
): Promise<Observation> {
  const { metadata, raw, http } = fillIn(attackCase.send ?? {}, accessToken);
  if (metadata !== undefined) {
    const fields = Object.entries(metadata);
    return {
      grpc: await system.callWithMetadata(fields),
      http: await system.request({ headers: fields }),
    };
  }
  if (raw === 'request-trailers') {
    const trailers: Fields = [['authorization', `Bearer ${accessToken}`]];
    return { grpc: await system.callRaw([], trailers) };
  }
  if (raw !== undefined) return { grpc: await system.callRaw(raw, []) };
  if (http !== undefined) return { http: await system.request({ headers: [], ...http }) };
  throw new Error('the case does not say how to send');
}

/** Replaces `$token` and sizes such as `$1MiB` in every string. */
function fillIn(send: Sending, accessToken: string): Sending {
  const json = JSON.stringify(send, (_name, value: unknown) =>
    typeof value === 'string'
      ? value
          .replaceAll('$token', () => accessToken)
          .replace(/\$(\d+)([KM])iB/g, (_match, count: string, unit: string) =>
            'a'.repeat(Number(count) * (unit === 'K' ? 1 << 10 : 1 << 20)),
          )
      : value,
  );
  return JSON.parse(json) as Sending;
}
