/** Milliseconds in the units of `grpc-timeout`. */
const UNITS: Readonly<Record<string, number>> = {
  n: 1e-6,
  u: 1e-3,
  m: 1,
  S: 1_000,
  M: 60_000,
  H: 3_600_000,
};

const TIMEOUT = /^(\d{1,8})([numSMH])$/;
/** Above it there are more than the eight digits that a timeout has. */
const MOST = 99_999_999;

/** Writes a `grpc-timeout` (gRPC over HTTP/2, Timeout). @param ms not below 0; more than 27 hours are in seconds */
export function formatTimeout(ms: number): string {
  const whole = Math.ceil(ms);
  return whole <= MOST ? `${whole}m` : `${Math.min(MOST, Math.ceil(ms / 1_000))}S`;
}

/** Reads a `grpc-timeout`. @returns milliseconds; undefined for what is none */
export function readTimeout(text: string): number | undefined {
  const [, digits, unit = ''] = TIMEOUT.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * (UNITS[unit] ?? 0);
}
