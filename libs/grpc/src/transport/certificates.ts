import { constants, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { Logger } from '@gatehouse/telemetry';
import { isCertificateOf } from './certificate-name.js';
import type { ServiceName } from './who-calls-whom.js';

/** Paths of PEM files. */
export interface TlsFiles {
  /** The service's certificate, and after it those between it and the authority. */
  readonly certificate: string;
  readonly key: string;
  /** The authorities whose certificates are believed; several while one takes over from another. */
  readonly ca: string;
}

/** Which certificate is followed, and how closely. */
export interface CertificatesOptions {
  readonly files: TlsFiles;
  /** Whose certificate it must be. */
  readonly service: ServiceName;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** How often the files are looked at, in milliseconds; 5,000 unless given. */
  readonly checkEveryMs?: number;
}

type Contents = Readonly<Record<keyof TlsFiles, Buffer>>;

/** What connections are made with. */
interface Loaded {
  readonly contents: Contents;
  readonly own: X509Certificate;
  readonly options: SecureContextOptions;
  readonly context: SecureContext;
}

const CHECK_EVERY_MS = 5_000;

/**
 * A service's certificate and key, and the authorities it believes. The files are read again for as long as the
 * process runs; new content is used from the next connection on, once all three files fit together. Until then what
 * was there before is used. Read by interval: the files are links that are swapped (Kubernetes), or on file systems
 * that announce no changes.
 */
export class Certificates {
  readonly #options: CertificatesOptions;
  readonly #listeners = new Set<(options: SecureContextOptions) => void>();
  readonly #timer: NodeJS.Timeout;
  #loaded: Loaded;
  /** The last fault told, so that one that stays is told once. */
  #fault = '';
  /** The certificate whose end was told. */
  #ending: X509Certificate | undefined;

  /** @throws Error when a file cannot be read, they do not fit together, or they are another service's */
  constructor(options: CertificatesOptions) {
    this.#options = options;
    const { certificate, key, ca } = options.files;
    this.#loaded = this.#use({
      certificate: readFileSync(certificate),
      key: readFileSync(key),
      ca: readFileSync(ca),
    });
    this.#timer = setInterval(() => void this.#check(), options.checkEveryMs ?? CHECK_EVERY_MS).unref();
  }

  /** What the next outgoing connection is made with. */
  get context(): SecureContext {
    return this.#loaded.context;
  }

  /** What the next incoming connection is accepted with. */
  get contextOptions(): SecureContextOptions {
    return this.#loaded.options;
  }

  /** Calls back with every new content, until what is returned is called. */
  onChange(listener: (options: SecureContextOptions) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#listeners.clear();
  }

  async #check(): Promise<void> {
    const { files, log } = this.#options;
    this.#tellOfEnd();
    try {
      const [certificate, key, ca] = await Promise.all(
        [files.certificate, files.key, files.ca].map((path) => readFile(path)),
      );
      if (!certificate || !key || !ca) return;
      const contents = { certificate, key, ca };
      if (isSame(contents, this.#loaded.contents)) return;
      this.#loaded = this.#use(contents);
      this.#fault = '';
      for (const listener of this.#listeners) listener(this.#loaded.options);
    } catch (error) {
      const fault = String(error);
      if (fault === this.#fault) return;
      this.#fault = fault;
      log.warn({ cause: fault }, 'the new certificate cannot be used; the one before stays');
    }
  }

  #tellOfEnd(): void {
    const { own } = this.#loaded;
    if (own === this.#ending || !isEnding(own)) return;
    this.#ending = own;
    const notAfter = own.validToDate.toISOString();
    this.#options.log.warn({ not_after: notAfter }, 'the certificate ends soon and has not been renewed');
  }

  #use(contents: Contents): Loaded {
    const { service, log } = this.#options;
    const own = new X509Certificate(contents.certificate);
    if (!isCertificateOf(service, own)) throw new Error(`the certificate is not that of ${service}`);
    // Without one Node would believe every public authority.
    if (!new X509Certificate(contents.ca).ca) throw new Error('the authority has no certificate of one');
    const options: SecureContextOptions = {
      ca: contents.ca,
      cert: contents.certificate,
      key: contents.key,
      minVersion: 'TLSv1.3',
      // A resumed connection would be believed for the certificate of an earlier one.
      secureOptions: constants.SSL_OP_NO_TICKET,
    };
    const context = createSecureContext(options);
    log.info({ serial: own.serialNumber, not_after: own.validToDate.toISOString() }, 'certificate in use');
    return { contents, own, options, context };
  }
}

/** In the last tenth of its life, by when whoever renews certificates should have done so. */
function isEnding({ validFromDate, validToDate }: X509Certificate): boolean {
  const lifeMs = validToDate.getTime() - validFromDate.getTime();
  return Date.now() > validToDate.getTime() - lifeMs / 10;
}

function isSame(one: Contents, other: Contents): boolean {
  return one.certificate.equals(other.certificate) && one.key.equals(other.key) && one.ca.equals(other.ca);
}
