import { readFileSync, writeFileSync } from 'node:fs';
import { contract } from '@gatehouse/contracts';
import { openApiDocument } from '../openapi/openapi-document.js';
import { readRestContract } from '../rpc/rest-contract.js';

// `openapi FILE` writes the OpenAPI document; `openapi --check FILE` fails when the file is not what would be written.
const [first, second] = process.argv.slice(2);
const check = first === '--check';
const file = check ? second : first;
const text = openApiDocument(readRestContract(contract));

if (file === undefined) {
  process.stdout.write(text);
} else if (!check) {
  writeFileSync(file, text);
  process.stdout.write(`wrote ${file}\n`);
} else if (readFileSync(file, 'utf8') === text) {
  process.stdout.write(`${file} is fresh\n`);
} else {
  process.stderr.write(`${file} is stale: run npm run openapi\n`);
  process.exitCode = 1;
}
