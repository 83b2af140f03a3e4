import { randomBytes, webcrypto } from 'node:crypto';

/** What a certificate of a {@link SpecAuthority} says. */
export interface SpecCertificateOptions {
  /** The DNS names of its SAN. */
  readonly names: readonly string[];
  /** Its common name, which nobody should believe; none unless given. */
  readonly commonName?: string;
  /** From an hour ago unless given. */
  readonly notBefore?: Date;
  /** In an hour unless given. */
  readonly notAfter?: Date;
}

/** A certificate and its key, in PEM. */
export interface SpecCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** An authority for specs: its certificates are good where its own is believed. */
export interface SpecAuthority {
  /** Its own, in PEM. */
  readonly certificate: string;
  issue(options: SpecCertificateOptions): Promise<SpecCertificate>;
}

const HOUR_MS = 3_600_000;
const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** Both ends of a connection: id-kp-serverAuth and id-kp-clientAuth (RFC 5280, section 4.2.1.12). */
const USAGES = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'];

/** Makes an authority; each is another one. */
export async function createSpecAuthority(): Promise<SpecAuthority> {
  // Loaded when it is needed, as hardly any spec needs it.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const keys = await makeKeys();
  const name = `CN=Authority ${randomBytes(4).toString('hex')}`;
  const own = await x509.X509CertificateGenerator.createSelfSigned({
    name,
    keys,
    signingAlgorithm: P256,
    ...lifetime(),
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  const issue = async ({ names, commonName, notBefore, notAfter }: SpecCertificateOptions) => {
    const subjectKeys = await makeKeys();
    const dns = names.map((value) => ({ type: 'dns' as const, value }));
    const certificate = await x509.X509CertificateGenerator.create({
      subject: commonName === undefined ? '' : `CN=${commonName}`,
      issuer: name,
      publicKey: subjectKeys.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: P256,
      ...lifetime(notBefore, notAfter),
      extensions: [
        new x509.ExtendedKeyUsageExtension(USAGES),
        new x509.SubjectAlternativeNameExtension(dns, true),
      ],
    });
    return { certificate: certificate.toString('pem'), key: await toPem(subjectKeys.privateKey) };
  };
  return { certificate: own.toString('pem'), issue };
}

function lifetime(notBefore = new Date(Date.now() - HOUR_MS), notAfter = new Date(Date.now() + HOUR_MS)) {
  return { notBefore, notAfter, serialNumber: randomBytes(8).toString('hex') };
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(P256, true, ['sign', 'verify']);
}

async function toPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const lines = der.toString('base64').replace(/.{64}/g, '$&\n');
  return `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`;
}
