// `npm run clients -- list|create|rotate-secret|disable`.
import { runAuthCommand } from '../auth-command.js';

await runAuthCommand('clients');
