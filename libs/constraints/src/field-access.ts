import { ScalarType, type DescField } from '@bufbuild/protobuf';
import { FeatureSet_FieldPresence } from '@bufbuild/protobuf/wkt';
import { entryCount, type MapValue } from './map-value.js';
import { zeroTest } from './zero.js';

/** How a field is found in a message object. */
export interface FieldAccess {
  /** The value; undefined when the field tracks presence and is absent. */
  readonly read: (message: never) => unknown;
  /** Whether a value that was read counts as present. */
  readonly isSet: (value: unknown) => boolean;
  /** Whether absence can be told from the zero value. */
  readonly tracksPresence: boolean;
}

interface Chosen {
  readonly $case: string;
  readonly value: unknown;
}

/** The access to a field in the objects that the generated code of the contract makes. */
export function accessTo(field: DescField): FieldAccess {
  const { localName, oneof } = field;
  if (oneof) {
    const slot = oneof.localName;
    return {
      read: (message: Readonly<Record<string, Chosen | undefined>>) => {
        const chosen = message[slot];
        return chosen?.$case === localName ? chosen.value : undefined;
      },
      isSet: isPresent,
      tracksPresence: true,
    };
  }
  const read = (message: Readonly<Record<string, unknown>>) => message[localName];
  switch (field.fieldKind) {
    case 'list':
      return { read, isSet: (value) => (value as readonly unknown[]).length > 0, tracksPresence: false };
    case 'map':
      return { read, isSet: (value) => entryCount(value as MapValue) > 0, tracksPresence: false };
    case 'message':
      return { read, isSet: isPresent, tracksPresence: true };
    default:
      if (field.presence !== FeatureSet_FieldPresence.IMPLICIT) {
        return { read, isSet: isPresent, tracksPresence: true };
      }
      return { read, isSet: implicitlySet(field.scalar), tracksPresence: false };
  }
}

function isPresent(value: unknown): boolean {
  return value !== undefined;
}

/** On the wire -0 is present, though it equals the zero value. */
function implicitlySet(scalar: ScalarType | undefined): (value: unknown) => boolean {
  if (scalar === ScalarType.FLOAT || scalar === ScalarType.DOUBLE) return (value) => !Object.is(value, 0);
  const isZero = zeroTest(scalar ?? ScalarType.INT32);
  return (value) => !isZero(value);
}
