export { allMet, atLeast, atMost, below, told, type Figure } from './figure.js';
export { median } from './median.js';
export { quantile } from './quantile.js';
export { renderFigures } from './render-figures.js';
export { writeFigures } from './write-figures.js';
