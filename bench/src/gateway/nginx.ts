import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '@gatehouse/testing';
import { pinned, SERVER_CORE } from '../pin.js';
import type { Program } from '../program.js';

/** How long it may take until it listens, in milliseconds. */
const READY_MS = 10_000;

/** The version of the nginx of this machine; undefined where there is none. */
export function nginxVersion(): string | undefined {
  const { stderr } = spawnSync('nginx', ['-v'], { encoding: 'utf8' });
  return /nginx\/(\S+)/.exec(stderr ?? '')?.[1];
}

/** What nginx hands on: HTTP/1.1, or gRPC. */
export type Proxied = 'http' | 'grpc';

/** Starts nginx as a plain proxy in front of a port: one worker, connections kept on both sides, nothing logged. */
export async function startNginx(
  upstream: number,
  proxied: Proxied,
): Promise<{ program: Program; port: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-bench-nginx-'));
  const port = await freePort();
  const configuration = join(folder, 'nginx.conf');
  await writeFile(configuration, configurationOf(folder, port, upstream, proxied));
  const args = ['-e', 'stderr', '-p', folder, '-c', configuration];
  const child = spawn(...pinned(SERVER_CORE, 'nginx', args), { stdio: 'inherit' });
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill();
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  await untilItListens(port).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { program: { pid: child.pid ?? 0, stop }, port };
}

function configurationOf(folder: string, port: number, upstream: number, proxied: Proxied): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const pass = {
    http: 'proxy_pass http://backend; proxy_http_version 1.1; proxy_set_header Connection "";',
    grpc: 'grpc_pass grpc://backend;',
  }[proxied];
  return `
    daemon off;
    worker_processes 1;
    pid ${folder}/nginx.pid;
    events { worker_connections 1024; }
    http {
      access_log off;
      keepalive_requests 1000000000;
      ${temporary.join('\n')}
      upstream backend { server 127.0.0.1:${upstream}; keepalive 64; keepalive_requests 1000000000; }
      server {
        listen 127.0.0.1:${port}${proxied === 'grpc' ? ' http2' : ''};
        location / { ${pass} }
      }
    }`;
}

async function untilItListens(port: number): Promise<void> {
  const end = performance.now() + READY_MS;
  while (performance.now() < end) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await delay(50);
  }
  throw new Error('nginx does not listen');
}
