import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How ts-proto's service definitions make the bytes of a message: in memory that is new for each, which is copied then. */
const SERIALIZED = /Buffer\.from\((\w+)\.encode\(value\)\.finish\(\)\)/g;

/** Has service definitions make the bytes of messages by `serialize` of libs/contracts/src. */
export function useSerializer(gen) {
  for (const file of readdirSync(gen, { recursive: true }).filter((name) => name.endsWith('_service.ts'))) {
    const path = join(gen, file);
    const depth = file.split('/').length;
    const source = readFileSync(path, 'utf8').replace(SERIALIZED, 'serialize($1, value)');
    const importLine = `import { serialize } from "${'../'.repeat(depth)}serialize.js";\n`;
    writeFileSync(path, source.replace(/^(?=import )/m, importLine));
  }
}
