import { z } from 'zod';

/** Where a process runs. Production refuses development values. */
export const environmentName = z.enum(['development', 'production']);

/** A TCP port; 0 asks the system for a free one. */
export const port = z.coerce.number().int().min(0).max(65_535);

/** A duration in whole milliseconds, at least 1. */
export const durationMs = z.coerce.number().int().min(1);

/** A whole number, at least 1. */
export const count = z.coerce.number().int().min(1);

/** A list, separated by commas; empty members are dropped. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== ''),
);

/** A secret of at least `bytes` bytes, in base64. */
export const secretBytes = (bytes: number) =>
  z
    .string()
    .refine((text) => Buffer.from(text, 'base64').length >= bytes, `needs ${bytes} bytes of base64`)
    .transform((text) => Buffer.from(text, 'base64'));

/** Secrets that `npm start` makes begin with this, so that production can refuse them. */
export const DEVELOPMENT_SECRET_PREFIX = 'development-';
