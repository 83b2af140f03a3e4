import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { generateGo } from './generate-go.js';

const SOURCE = fileURLToPath(new URL('../../go', import.meta.url));
/** Ignored by Git. */
const FOLDER = fileURLToPath(new URL('../../.generated/go', import.meta.url));
const MODULE = 'gatehouse.example/bench';

/** Plugins of protoc; their versions stand in go.mod. */
const PLUGINS = [
  'google.golang.org/protobuf/cmd/protoc-gen-go',
  'google.golang.org/grpc/cmd/protoc-gen-go-grpc',
  'github.com/grpc-ecosystem/grpc-gateway/v2/protoc-gen-grpc-gateway',
];

/** The programs of the bench that are written in Go, and what they were made with. */
export interface GoPrograms {
  readonly gateway: string;
  readonly service: string;
  /** Such as `go1.26.8`. */
  readonly version: string;
}

const run = promisify(execFile);

/** Builds them with the Go of this machine; undefined where there is none. */
export async function buildGo(): Promise<GoPrograms | undefined> {
  const version = goVersion();
  if (version === undefined) return undefined;
  const bin = join(FOLDER, 'bin');
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(bin, { recursive: true });
  await cp(SOURCE, FOLDER, { recursive: true });
  const go = (...args: string[]) => run('go', args, { cwd: FOLDER });
  await go('build', '-o', bin, ...PLUGINS);
  const plugins = PLUGINS.map((plugin) => join(bin, plugin.slice(plugin.lastIndexOf('/') + 1)));
  await generateGo(plugins, join(FOLDER, 'gen'), `${MODULE}/gen`);
  await go('build', '-o', bin, './gateway', './service');
  return { gateway: join(bin, 'gateway'), service: join(bin, 'service'), version };
}

function goVersion(): string | undefined {
  try {
    return execFileSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}
