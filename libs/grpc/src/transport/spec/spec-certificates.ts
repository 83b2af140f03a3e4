import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@gatehouse/telemetry';
import type { SpecAuthority, SpecCertificate } from '@gatehouse/testing';
import {
  callersOf,
  certificateName,
  Certificates,
  httpCallersOf,
  mutualTls,
  type ServiceName,
  type TlsFiles,
} from '../../index.js';

/** Looked at often, so that specs need not wait. */
const CHECK_EVERY_MS = 20;

/** The certificate files of a service in a folder of their own, and what opens them. */
export class SpecCertificates {
  readonly folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  readonly files: TlsFiles = {
    certificate: join(this.folder, 'certificate.pem'),
    key: join(this.folder, 'key.pem'),
    ca: join(this.folder, 'ca.pem'),
  };
  /** What was logged. */
  readonly lines: Record<string, unknown>[] = [];
  readonly log = createLogger({
    service: 'spec',
    level: 'info',
    destination: { write: (line: string) => void this.lines.push(JSON.parse(line) as never) },
  });

  constructor(readonly service: ServiceName) {}

  /** Writes a certificate of the authority, which is believed from then on, and nobody else. */
  async issue(authority: SpecAuthority): Promise<this> {
    this.write(await authority.issue({ names: [certificateName(this.service)] }), authority.certificate);
    return this;
  }

  write({ certificate, key }: SpecCertificate, ca: string): void {
    writeFileSync(this.files.certificate, certificate);
    writeFileSync(this.files.key, key);
    writeFileSync(this.files.ca, ca);
  }

  open(): Certificates {
    const { files, service, log } = this;
    return new Certificates({ files, service, log, checkEveryMs: CHECK_EVERY_MS });
  }

  transport(admitsEdge = false) {
    const { service } = this;
    const callers = { grpc: callersOf(service, admitsEdge), http: httpCallersOf(service) };
    return mutualTls(callers, this.open(), this.log);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
