import type { MailKind } from './mail-event.js';

/** The words of a mail. Nothing in them comes from whoever caused it. */
export interface MailText {
  readonly subject: string;
  readonly text: string;
}

/** What a mail with a code says of it. */
export interface MailedCode {
  readonly text: string;
  readonly expireTime: Date;
}

/**
 * Writes a mail.
 *
 * @param linkUrl where the recipient reaches us, from the settings and never from a request
 * @param code of the two kinds that have one
 */
export function mailText(kind: MailKind, linkUrl: string, code?: MailedCode): MailText {
  const { subject, paragraphs } = TEXTS[kind](linkUrl, code);
  return { subject, text: `${paragraphs.join('\n\n')}\n` };
}

interface Draft {
  readonly subject: string;
  readonly paragraphs: readonly string[];
}

const TEXTS: Readonly<Record<MailKind, (linkUrl: string, code?: MailedCode) => Draft>> = {
  password_reset: (linkUrl, code) => ({
    subject: 'Set a new password',
    paragraphs: [
      `Somebody, hopefully you, wants to set a new password for your account at\n${linkUrl}`,
      ...howToUse(code, `${linkUrl}/v1/accounts:resetPassword`, '"newPassword": "..."'),
      'Setting a new password ends every sign-in of the account.',
      'If it was not you, do nothing: your password stays as it is.',
    ],
  }),
  email_verification: (linkUrl, code) => ({
    subject: 'Verify your address',
    paragraphs: [
      `An account with this address is at\n${linkUrl}`,
      ...howToUse(code, `${linkUrl}/v1/accounts:verifyEmail`),
      'If the account is not yours, do nothing: the address stays unverified.',
    ],
  }),
  password_changed: (linkUrl) => ({
    subject: 'Your password was changed',
    paragraphs: [
      `The password of your account was changed at\n${linkUrl}`,
      'If it was you, there is nothing to do.',
      `If it was not, set a new one at once: ask for a code with\n\n${curl(
        `${linkUrl}/v1/accounts:requestPasswordReset`,
        ['"email": "..."'],
      )}`,
    ],
  }),
  identity_linked: (linkUrl) => ({
    subject: 'There is a new way to sign in to your account',
    paragraphs: [
      `An identity provider was linked to your account: from now on one can sign in with it, at\n${linkUrl}`,
      'If it was you, there is nothing to do.',
      `If it was not, set a new password at once: ask for a code with\n\n${curl(
        `${linkUrl}/v1/accounts:requestPasswordReset`,
        ['"email": "..."'],
      )}`,
      'Then look at what is linked to your account, and unlink what is not yours.',
    ],
  }),
  identity_unlinked: (linkUrl) => ({
    subject: 'A way to sign in to your account was removed',
    paragraphs: [
      `An identity provider was unlinked from your account: nobody signs in with it any more, at\n${linkUrl}`,
      'If it was you, there is nothing to do.',
      `If it was not, set a new password at once: ask for a code with\n\n${curl(
        `${linkUrl}/v1/accounts:requestPasswordReset`,
        ['"email": "..."'],
      )}`,
    ],
  }),
  account_exists: (linkUrl) => ({
    subject: 'You have an account already',
    paragraphs: [
      `Somebody, perhaps you, wanted to register with this address, which has an account already, at\n${linkUrl}`,
      'Nothing was changed. Sign in as always.',
      `If you do not know the password any more, ask for a code that sets a new one:\n\n${curl(
        `${linkUrl}/v1/accounts:requestPasswordReset`,
        ['"email": "..."'],
      )}`,
    ],
  }),
};

function howToUse(code: MailedCode | undefined, url: string, ...more: string[]): string[] {
  if (!code) throw new TypeError('the mail needs a code');
  return [
    `Your code: ${code.text}`,
    `It is good once, until ${minuteOf(code.expireTime)}. Send it like this:\n\n${curl(url, [`"code": "${code.text}"`, ...more])}`,
  ];
}

/** A call that can be pasted into a shell. Short lines, as mail wraps long ones. */
function curl(url: string, members: readonly string[]): string {
  return [
    `  curl ${url} \\`,
    `    -H 'content-type: application/json' \\`,
    `    -d '{${members.join(',\n      ')}}'`,
  ].join('\n');
}

function minuteOf(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
