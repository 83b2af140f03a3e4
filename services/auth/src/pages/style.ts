import { createHash } from 'node:crypto';
import type { WebRoute } from '../web/routes.js';

/** In the look of the docs page: the same greys and the same letters. */
const STYLE = `
:root { color-scheme: light; --text: #3b4151; --soft: #5c6370; --line: #d8dde7; --paper: #fff; --desk: #fafafa;
  --accent: #1f69c0; --danger: #b3261e; --wash: #eef4fb; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--desk); color: var(--text); font: 1rem/1.5 "Open Sans", system-ui, "Segoe UI",
  Roboto, "Helvetica Neue", Arial, sans-serif; }
header { background: #1b1b1b; }
header a { display: inline-block; padding: .75rem 1.25rem; color: #fff; font-weight: 700; text-decoration: none; }
main { max-width: 27rem; margin: 3rem auto; padding: 2rem; background: var(--paper); border: 1px solid var(--line);
  border-radius: 8px; box-shadow: 0 1px 3px rgb(0 0 0 / 8%); overflow-wrap: anywhere; }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25; }
h2 { margin: 1.5rem 0 .5rem; font-size: 1.05rem; }
p { margin: 0 0 1rem; }
a { color: var(--accent); }
.soft { color: var(--soft); font-size: .875rem; }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
input:not([type=hidden]):not([type=checkbox]) { width: 100%; padding: .6rem .75rem; border: 1px solid #868e9d; border-radius: 4px;
  background: #fff; color: inherit; font: inherit; }
input.code { font: 1.5rem/1.4 ui-monospace, "Source Code Pro", Consolas, monospace; letter-spacing: .15em; text-align: center;
  text-transform: uppercase; }
button, a.button { display: inline-block; padding: .6rem 1.1rem; border: 1px solid var(--accent); border-radius: 4px; background: var(--paper);
  color: var(--accent); font: inherit; font-weight: 600; cursor: pointer; }
a.button { text-align: center; text-decoration: none; }
button:hover, a.button:hover { background: var(--wash); }
button.main { background: var(--accent); color: #fff; }
button.main:hover { background: #17539b; }
button.danger { border-color: var(--danger); color: var(--danger); }
button.danger:hover { background: #fdf0ef; }
a:focus-visible, button:focus-visible, input:focus-visible { outline: 3px solid #7fb2ee; outline-offset: 2px; }
form { margin: 0; }
form + p, .actions + p { margin-top: 1.5rem; }
li form { margin-top: .5rem; }
.actions { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem; }
.actions.wide > *, .actions.wide button { flex: 1 1 10rem; width: 100%; }
.alert { padding: .75rem 1rem; border: 1px solid var(--danger); border-left-width: 4px; border-radius: 4px; background: #fdf0ef; }
.or { display: flex; align-items: center; gap: .75rem; margin: 1.5rem 0 0; color: var(--soft); font-size: .875rem; }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
ul.plain { margin: 0; padding: 0; list-style: none; }
ul.plain > li { padding: .75rem 0; border-top: 1px solid var(--line); }
ul.plain > li:first-child { border-top: 0; }
li strong { display: block; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; margin: 0 0 1rem; }
dt { color: var(--soft); }
dd { margin: 0; }
hr { margin: 1.5rem 0; border: 0; border-top: 1px solid var(--line); }
@media (max-width: 32rem) { main { margin: 0; border: 0; border-radius: 0; box-shadow: none; } body { background: var(--paper); } }
`;

/** Where it is found: another one has another name, so that browsers may keep it. */
export const STYLE_PATH = `/account/style/${createHash('sha256').update(STYLE).digest('hex').slice(0, 16)}.css`;

/** Serves the style sheet of the pages. A page of an older replica asks for another one and gets this. */
export const styleRoute: WebRoute = {
  method: 'GET',
  path: '/account/style/:name',
  handle: ({ response, path }) => {
    response.writeHead(200, {
      'content-type': 'text/css; charset=utf-8',
      'cache-control': path === STYLE_PATH ? 'public, max-age=31536000, immutable' : 'no-store',
      'x-content-type-options': 'nosniff',
    });
    response.end(STYLE);
  },
};
