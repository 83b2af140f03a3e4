import type { RunningSystem } from './start-system.js';

/** What the person at the keyboard needs: addresses, accounts, and three lines to paste into a shell. */
export function screen({ url, addresses, accounts, logFolder, mailFolder }: RunningSystem): string {
  const width = Math.max(...accounts.map(({ email }) => email.length));
  const list = accounts.map(
    ({ email, password, roles }) => `    ${email.padEnd(width)}   ${password}   (${roles.at(-1)})`,
  );
  const [first] = accounts;
  const login = JSON.stringify({ email: first?.email, password: first?.password });
  const json = `-H 'content-type: application/json'`;
  const others =
    addresses.providers.length === 0
      ? ''
      : `   (or with fakes: ${addresses.providers.join(', ')} play Google and GitHub)`;
  const bearer = `-H "authorization: Bearer $ACCESS"`;
  return `
Gatehouse is running. Ctrl-C ends it; the data stays.

  REST        ${addresses.gateways.join(' ')}
  Documents   ${url}/docs   (OpenAPI: ${url}/openapi.json)
  Sign in     ${url}/login${others}
  gRPC        auth ${addresses.auth.join(' ')}, users ${addresses.users.join(' ')}, resources ${addresses.resources.join(' ')}
  Logs        ${logFolder}
  Mails       ${mailFolder}   (written, not sent: codes to reset a password are in them)

  Demo accounts
${list.join('\n')}

  Try it
    ACCESS=$(curl -s ${url}/v1/auth/login ${json} -d '${login}' | sed 's/.*"accessToken": *"\\([^"]*\\)".*/\\1/')
    curl -s ${url}/v1/resources ${bearer}
    curl -s ${url}/v1/resources ${bearer} ${json} -d '{"title":"mine"}'
    (a user may read and not create: the last line is refused, and says which permission is missing)

  npm run demo, in another shell, plays the whole flow and explains it.
`;
}
