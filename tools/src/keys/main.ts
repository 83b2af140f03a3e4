// `npm run keys -- rotate|list|revoke KID`.
import { runAuthCommand } from '../auth-command.js';

await runAuthCommand('keys');
