/** Takes what a pino logger takes. */
export interface WarningLog {
  warn(fields: object, message: string): void;
}
