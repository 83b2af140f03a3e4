import type { z } from 'zod';
import type { tlsSettings } from './service-settings.js';

type TlsSettings = { readonly [Name in keyof typeof tlsSettings]?: string | undefined };

/** The paths of a service's certificate, its key and the authorities; undefined when TLS is off. */
export function tlsFiles(
  settings: TlsSettings,
): { certificate: string; key: string; ca: string } | undefined {
  const { TLS_CERTIFICATE_FILE: certificate, TLS_KEY_FILE: key, TLS_CA_FILE: ca } = settings;
  return certificate !== undefined && key !== undefined && ca !== undefined
    ? { certificate, key, ca }
    : undefined;
}

/** Refuses some of the TLS settings without the others, which would leave TLS off unnoticed. */
export function refusePartialTls(settings: TlsSettings, context: z.RefinementCtx): void {
  const names = ['TLS_CERTIFICATE_FILE', 'TLS_KEY_FILE', 'TLS_CA_FILE'] as const;
  const missing = names.filter((name) => settings[name] === undefined);
  if (missing.length === names.length) return;
  for (const name of missing) {
    context.addIssue({
      code: 'custom',
      path: [name],
      message: 'TLS takes a certificate, a key and an authority',
    });
  }
}
