import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds `services/` and `proto/`. */
export const repositoryRoot = join(dirname(fileURLToPath(import.meta.url)), '../..');
