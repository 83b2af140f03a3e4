// The app: three pages and three buttons. What it remembers is gone when it ends.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { findGatehouse } from './gatehouse.mjs';
import { homePage, messagePage, resourcesPage } from './pages.mjs';

const COOKIE = 'reading-list';

/** Starts the app on this machine. @returns where it is, and how to end it */
export async function startApp({ issuer, clientId, port }) {
  const gatehouse = await findGatehouse({ issuer, clientId });
  const visitors = new Map();
  const server = createServer((request, response) => {
    serve(request, response).catch((error) => {
      console.error(error);
      send(response, messagePage('Something went wrong', 'The app could not do this.'), 500);
    });
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${server.address().port}`;
  const redirectUri = `${url}/callback`;

  async function serve(request, response) {
    const target = new URL(request.url, url);
    const visitor = visitorOf(request, response);
    switch (`${request.method} ${target.pathname}`) {
      case 'GET /':
        return home(visitor, response);
      case 'POST /connect': {
        const { url: there, attempt } = await gatehouse.connect(redirectUri);
        visitor.attempt = attempt;
        return sendOn(response, there);
      }
      case 'GET /callback':
        return callback(visitor, target, response);
      case 'POST /delete':
        return deleteResource(visitor, new URLSearchParams(await text(request)).get('id'), response);
      case 'POST /disconnect':
        if (visitor.account) await gatehouse.disconnect(visitor.account);
        visitor.account = undefined;
        return sendOn(response, '/');
      default:
        return send(response, messagePage('Not found', 'There is nothing here.'), 404);
    }
  }

  async function home(visitor, response) {
    if (!visitor.account) return send(response, homePage());
    const { status, body } = await gatehouse.call(visitor.account, 'GET', '/v1/resources?pageSize=20');
    if (status === 200) return send(response, resourcesPage(visitor.account.name, body.resources ?? []));
    // Withdrawn, say: the person has to be asked again.
    visitor.account = undefined;
    send(response, messagePage('Not connected any more', `Gatehouse answered ${status} ${body.reason}.`));
  }

  async function callback(visitor, target, response) {
    const { attempt } = visitor;
    visitor.attempt = undefined;
    if (target.searchParams.get('error') === 'access_denied')
      return send(response, messagePage('Not connected', 'You said no, and nothing was given to this app.'));
    if (!attempt) return send(response, messagePage('Start again', 'This app does not wait for you.'), 400);
    visitor.account = await gatehouse.redeem(target, attempt);
    sendOn(response, '/');
  }

  async function deleteResource(visitor, id, response) {
    if (!visitor.account) return sendOn(response, '/');
    const { status, body } = await gatehouse.call(
      visitor.account,
      'DELETE',
      `/v1/resources/${encodeURIComponent(id)}`,
    );
    if (status === 200) return sendOn(response, '/');
    send(response, messagePage('Refused', `Gatehouse answered ${status} ${body.reason}: ${body.detail}.`));
  }

  /** Who comes with this cookie; new ones get one. */
  function visitorOf({ headers }, response) {
    const id = new RegExp(`${COOKIE}=([\\w-]+)`).exec(headers.cookie ?? '')?.[1];
    if (id && visitors.has(id)) return visitors.get(id);
    const fresh = randomUUID();
    visitors.set(fresh, {});
    response.setHeader('set-cookie', `${COOKIE}=${fresh}; Path=/; HttpOnly; SameSite=Lax`);
    return visitors.get(fresh);
  }

  return { url, close: () => new Promise((resolve) => server.close(resolve)) };
}

function send(response, page, status = 200) {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'",
    'cache-control': 'no-store',
  });
  response.end(page);
}

function sendOn(response, location) {
  response.writeHead(303, { location }).end();
}
