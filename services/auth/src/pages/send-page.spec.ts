import { formTargetOf } from './send-page.js';

describe('where a form may lead in the end', () => {
  it.each([
    ['https://app.example:8443/callback?a=b', 'https://app.example:8443'],
    ['http://127.0.0.1:4711/callback', 'http://127.0.0.1:4711'],
    ['com.example.app:/callback', 'com.example.app:'],
    // Browsers ignore what names these, and the person would not get back to the app.
    ['http://[::1]:4711/callback', 'http:'],
    ['https://192.0.2.7/callback', 'https:'],
    ['no URI', undefined],
  ])('for %s is %s', (uri, target) => {
    expect(formTargetOf(uri)).toBe(target);
  });
});
