// `npm run effects -w @gatehouse/e2e`: writes the table of effects into SECURITY.md.
import { writeFile } from 'node:fs/promises';
import { PAGE, renewedPage } from './effects-table.js';

await writeFile(PAGE, await renewedPage());
