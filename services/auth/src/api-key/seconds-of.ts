/** A `google.protobuf.Duration` in seconds; undefined for none. */
export function secondsOf(duration: { seconds: bigint; nanos: number } | undefined): number | undefined {
  return duration && Number(duration.seconds) + duration.nanos / 1e9;
}
