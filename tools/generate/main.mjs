// Writes libs/contracts/src/gen from proto/: ts-proto's types and service
// definitions, and the descriptor set that everything else is derived from.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeBarrels } from './barrels.mjs';
import { writeDescriptorSet } from './descriptor-set.mjs';
import { useSerializer } from './serializers.mjs';
import { writeValidateProto } from './validate-proto.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const gen = join(root, 'libs/contracts/src/gen');
const imports = 'node_modules/google-proto-files/google/rpc';
const buf = (...args) => execFileSync('npx', ['--no', 'buf', ...args], { cwd: root, stdio: 'inherit' });

writeValidateProto(join(root, '.generated/validate'));
if (process.argv.includes('--imports-only')) process.exit(0);

rmSync(gen, { recursive: true, force: true });
mkdirSync(gen, { recursive: true });
const inputs = ['proto/gatehouse', `${imports}/status.proto`, `${imports}/error_details.proto`].flatMap(
  (path) => ['--path', path],
);
buf('generate', ...inputs);
useSerializer(gen);
writeBarrels(gen);
const image = join(root, '.generated/contract.binpb');
buf('build', ...inputs, '--output', image);
writeFileSync(join(gen, 'descriptor-set.ts'), writeDescriptorSet(readFileSync(image)));
