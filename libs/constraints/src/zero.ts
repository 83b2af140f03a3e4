import { ScalarType } from '@bufbuild/protobuf';
import { scalarZeroValue } from '@bufbuild/protobuf/reflect';

/** The test for the zero value of a scalar type. */
export function zeroTest(scalar: ScalarType): (value: unknown) => boolean {
  if (scalar === ScalarType.BYTES) return (value) => (value as Uint8Array).length === 0;
  const zero: unknown = scalarZeroValue(scalar, false);
  return (value) => value === zero;
}
