import { describe, expect, it } from '@jest/globals';
import { html } from './html.js';
import { layout } from './layout.js';

const HOSTILE = `"><script>alert('&')</script>`;
const ESCAPED = '&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;';

describe('a template', () => {
  it('makes text of whatever is put in', () => {
    expect(html`<p title="${HOSTILE}">${HOSTILE}</p>`.text).toBe(`<p title="${ESCAPED}">${ESCAPED}</p>`);
    expect(html`<p>${[HOSTILE, 1, undefined]}</p>`.text).toBe(`<p>${ESCAPED}1</p>`);
  });

  it('leaves what is HTML already, and takes nothing else for it', () => {
    expect(html`<p>${html`<b>${HOSTILE}</b>`}</p>`.text).toBe(`<p><b>${ESCAPED}</b></p>`);
    const forged = { text: HOSTILE } as unknown as string;
    expect(html`<p>${[forged].map(String)}</p>`.text).not.toContain('<script>');
  });
});

it('a page holds no script, no style and nothing of another host', () => {
  const { text } = layout({ title: HOSTILE, body: html`<p>${HOSTILE}</p>`, next: '/account' });
  expect(text).not.toMatch(/<script|<style|style=| on\w+=|https?:/);
  expect(text.match(new RegExp(ESCAPED.replace(/[()]/g, '\\$&'), 'g'))).toHaveLength(3);
});
