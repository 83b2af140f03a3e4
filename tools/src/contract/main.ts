import { contract } from '@gatehouse/contracts';
import { contractTable, printTable } from './contract-table.js';

console.log(printTable(contractTable(contract)));
