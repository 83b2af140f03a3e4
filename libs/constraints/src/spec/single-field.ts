import { compileConstraints, type MessageCheck } from '../index.js';
import { dynamicContract, PACKAGE, type FieldSpec } from './dynamic-contract.js';

/** The check of a message whose only field is `value`. */
export function checkOf(field: FieldSpec): MessageCheck {
  const check = compileConstraints(dynamicContract({ Single: { fields: { value: field } } })).check(
    `${PACKAGE}.Single`,
  );
  if (!check) throw new Error('the field has no constraint');
  return check;
}
