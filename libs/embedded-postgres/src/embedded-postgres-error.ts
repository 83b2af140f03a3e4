/** Why an embedded server could not be had; stable, for code and tests. */
export type EmbeddedPostgresReason =
  | 'BINARIES_UNUSABLE'
  | 'DATA_FOLDER_DENIED'
  | 'DATA_VERSION_MISMATCH'
  | 'INIT_FAILED'
  | 'NO_UNPRIVILEGED_USER'
  | 'PASSWORD_MISSING'
  | 'PORT_TAKEN'
  | 'START_FAILED';

/** Thrown by everything in this package. The message is one sentence meant for the person at the keyboard. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';

  constructor(
    readonly reason: EmbeddedPostgresReason,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
