// `npm run audit -- verify|export`.
import { runAuthCommand } from '../auth-command.js';

await runAuthCommand('audit');
