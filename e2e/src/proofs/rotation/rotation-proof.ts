import { atLeast, atMost, told, type Figure } from '@gatehouse/report';
import { runRotation } from './run-rotation.js';

const ROTATIONS = 6;
const EVERY_MS = 10_000;
const GOAL_MS = 1_000;

/** A new signing key every ten seconds under load, and two keys that are revoked. */
export async function rotationProof(): Promise<readonly Figure[]> {
  const result = await runRotation({ rotations: ROTATIONS, everyMs: EVERY_MS });
  return [
    told('rotations', result.rotations, ''),
    atLeast(ROTATIONS, 'keys that access tokens were signed with', result.keys, ''),
    told('calls', result.calls, ''),
    atMost(0, 'of these refused', result.refused, ''),
    atMost(GOAL_MS, 'stolen key: last accepted, after its revocation', result.stolenMs, 'ms'),
    atMost(GOAL_MS, 'active key: last accepted, after its revocation', result.activeMs, 'ms'),
    atMost(GOAL_MS, 'new sign-ins: last refused, after that', result.signInsMs, 'ms'),
  ];
}
