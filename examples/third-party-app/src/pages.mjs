/** Where somebody begins. */
export function homePage() {
  return page(
    'Reading list',
    `<p>See what you keep in Gatehouse.</p>
    <form method="post" action="/connect"><button>Connect your Gatehouse account</button></form>`,
  );
}

/** What a person keeps, with a button that this app has no permission for. */
export function resourcesPage(name, resources) {
  const items = resources.map(
    ({ id, title }) => `<li>${escape(title)}
      <form method="post" action="/delete"><input type="hidden" name="id" value="${escape(id)}"><button>Delete</button></form></li>`,
  );
  return page(
    'Reading list',
    `<p>Connected${name ? ` as ${escape(name)}` : ''}.</p>
    <ul>${items.join('')}</ul>
    <form method="post" action="/disconnect"><button>Disconnect</button></form>`,
  );
}

/** One sentence. */
export function messagePage(title, sentence) {
  return page(title, `<p>${escape(sentence)}</p><p><a href="/">Back</a></p>`);
}

function page(title, body) {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escape(title)}</title>
    <h1>${escape(title)}</h1>${body}</html>`;
}

function escape(value) {
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
