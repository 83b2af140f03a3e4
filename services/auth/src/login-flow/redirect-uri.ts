/** Where a provider sends browsers back to: one address for each. */
export function redirectUriOf(issuer: string, provider: string): string {
  return `${issuer}/login/callback/${provider}`;
}
