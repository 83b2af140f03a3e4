export { LiveSet, type Member } from './live-set.js';
