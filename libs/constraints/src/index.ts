export { compileConstraints, type Constraints, type MessageCheck } from './compile-constraints.js';
export { ConstraintFault } from './constraint-fault.js';
export { MAX_VIOLATIONS } from './check.js';
