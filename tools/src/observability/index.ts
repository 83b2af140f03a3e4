export { readExpressions, type Expression } from './expressions.js';
export { readPromql, type NamedMetric, type NamedSeries } from './promql.js';
