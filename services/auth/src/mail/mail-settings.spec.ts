import { ConfigFault } from '@gatehouse/config';
import { readAuthSettings } from '../config.js';
import { specEnvironment } from '../spec/running-auth.js';

function faultsOf(more: Record<string, string>): string[] {
  const prefixed = Object.entries(more).map(([name, value]) => [`GATEHOUSE_${name}`, value]);
  const environment = {
    ...specEnvironment('postgres://auth:own@127.0.0.1/auth'),
    ...(Object.fromEntries(prefixed) as Record<string, string>),
  };
  try {
    readAuthSettings(environment);
  } catch (error) {
    if (error instanceof ConfigFault) return error.faults.map((fault) => fault.split(':')[0]!.trim());
    throw error;
  }
  return [];
}

const on = { MAIL: 'on' };
const production = { ...on, ENVIRONMENT: 'production' };
const server = { SMTP_URL: 'smtps://me:secret@mail.example', MAIL_FROM: 'Us <us@mail.example>' };

describe('the settings of mail', () => {
  it.each([
    ['no mail', { MAIL: 'off', ENVIRONMENT: 'production' }],
    ['a folder in development', { ...on, MAIL_FOLDER: '/tmp/mail' }],
    ['a server in development', { ...on, SMTP_URL: 'smtp://127.0.0.1:2525' }],
    ['a server in production', { ...production, ...server }],
    ['verified addresses', { ...production, ...server, EMAIL_VERIFICATION: 'required' }],
  ])('can be %s', (_, settings) => {
    expect(faultsOf(settings)).toEqual([]);
  });

  it.each([
    ['mail with no way to take', on, 'SMTP_URL'],
    ['production with no way to take', production, 'SMTP_URL'],
    ['codes in files in production', { ...production, ...server, MAIL_FOLDER: '/tmp/mail' }, 'MAIL_FOLDER'],
    ['production with nobody as the sender', { ...production, SMTP_URL: server.SMTP_URL }, 'MAIL_FROM'],
    [
      'verified addresses without mail',
      { MAIL: 'off', EMAIL_VERIFICATION: 'required' },
      'EMAIL_VERIFICATION',
    ],
    ['another protocol', { ...on, SMTP_URL: 'https://mail.example' }, 'SMTP_URL'],
    ['a sender of two lines', { MAIL_FROM: 'Us <us@mail.example>\r\nBcc: eve@mail.example' }, 'MAIL_FROM'],
    ['a sender of two addresses', { MAIL_FROM: 'us@mail.example, eve@mail.example' }, 'MAIL_FROM'],
    ['a link that is none', { LINK_URL: 'gatehouse.example' }, 'LINK_URL'],
    ['a link that ends a quotation', { LINK_URL: "https://gatehouse.example/'" }, 'LINK_URL'],
  ])('refuse %s', (_, settings, name) => {
    expect(faultsOf(settings)).toEqual([`GATEHOUSE_${name}`]);
  });
});
