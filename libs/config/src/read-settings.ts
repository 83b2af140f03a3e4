import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { ConfigFault } from './config-fault.js';

/** Environment variables, as `process.env` holds them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** All variables of the product start with this; an unknown one is a fault. */
const PREFIX = 'GATEHOUSE_';

/**
 * Reads and checks every setting of a process, once, at its start.
 *
 * A setting NAME comes from the variable `GATEHOUSE_NAME`, or from the file
 * that `GATEHOUSE_NAME_FILE` names; secrets belong into files. An empty
 * variable counts as none, as that is what a platform makes of one that it has
 * no value for.
 *
 * @param schema the settings, by NAME; defaults and ranges included
 * @returns the settings, frozen
 * @throws ConfigFault naming every missing, wrong and unknown setting
 */
export function readSettings<Schema extends z.ZodObject>(
  schema: Schema,
  environment: Environment,
): Readonly<z.output<Schema>> {
  const faults: string[] = [];
  const values: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = readOne(name, environment, faults);
    if (value !== undefined) values[name] = value;
  }
  faults.push(...unknown(schema, environment));
  const parsed = schema.safeParse(values);
  if (!parsed.success) {
    faults.push(...parsed.error.issues.map((issue) => `${PREFIX}${issue.path.join('.')}: ${issue.message}`));
  }
  if (faults.length > 0 || !parsed.success) throw new ConfigFault(faults);
  return Object.freeze(parsed.data);
}

function readOne(name: string, environment: Environment, faults: string[]): string | undefined {
  const value = environment[PREFIX + name] || undefined;
  const path = environment[`${PREFIX}${name}_FILE`] || undefined;
  if (path === undefined) return value;
  if (value !== undefined) faults.push(`${PREFIX}${name} and ${PREFIX}${name}_FILE exclude each other`);
  try {
    return readFileSync(path, 'utf8').trimEnd();
  } catch (error) {
    faults.push(`${PREFIX}${name}_FILE: ${(error as NodeJS.ErrnoException).code ?? 'cannot read'} ${path}`);
    return undefined;
  }
}

function unknown(schema: z.ZodObject, environment: Environment): string[] {
  const known = new Set(
    Object.keys(schema.shape).flatMap((name) => [PREFIX + name, `${PREFIX}${name}_FILE`]),
  );
  const names = Object.keys(environment).filter((name) => name.startsWith(PREFIX) && !known.has(name));
  return names.map((name) => `${name}: no such setting`);
}
