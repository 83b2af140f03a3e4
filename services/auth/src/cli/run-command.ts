import { AppError } from '@gatehouse/errors';
import { ConfigFault } from '@gatehouse/config';
import { createLogger } from '@gatehouse/telemetry';
import { AuthContext } from '../auth-context.js';
import { readAuthSettings, SERVICE, type AuthSettings } from '../config.js';

/** A fault of whoever called the command; the message is all there is to say. */
export class UsageFault extends Error {}

/**
 * Runs a command with the service's own settings and database: 0 when it succeeds, 1 when it is refused, with
 * one clear line.
 */
export async function runCommand(
  work: (context: AuthContext, settings: AuthSettings) => Promise<void>,
): Promise<void> {
  let context: AuthContext | undefined;
  try {
    const settings = readAuthSettings();
    context = new AuthContext(settings, createLogger({ service: SERVICE, level: 'silent' }));
    await work(context, settings);
  } catch (error) {
    if (!(error instanceof AppError || error instanceof ConfigFault || error instanceof UsageFault))
      throw error;
    const reason = error instanceof AppError ? `${error.reason}: ` : '';
    process.stderr.write(`${reason}${error.message}\n`);
    process.exitCode = 1;
  } finally {
    await context?.database.close();
  }
}
