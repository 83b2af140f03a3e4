import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { repositoryRoot } from '../repository-root.js';

/** One entry of `services:`, as far as the rules look at it. */
export interface ComposeService {
  readonly image: string;
  readonly restart?: string;
  /** Without any it is always there. */
  readonly profiles?: readonly string[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly secrets?: readonly string[];
  readonly networks?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly deploy?: {
    readonly replicas?: number;
    readonly resources?: { readonly limits?: { readonly cpus?: string; readonly memory?: string } };
  };
  readonly [key: string]: unknown;
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly secrets: Readonly<Record<string, { readonly file?: string }>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly [key: string]: unknown;
}

/** Reads docker-compose.yml as compose does: anchors and merge keys resolved, variables left as they stand. */
export async function readComposeFile(): Promise<ComposeFile> {
  const text = await readFile(join(repositoryRoot, 'docker-compose.yml'), 'utf8');
  return parse(text, { merge: true }) as ComposeFile;
}
