import { demoAccount } from './accounts.js';

/** What the demo editor owns. The fixed request ids make a second seeding find them instead of making them again. */
export const DEMO_RESOURCES = [
  {
    requestId: '6b8f3f0a-0c1e-4f0e-9c39-0d6f0f7a1a01',
    title: 'How to read this system',
    content: 'Start at the contract: proto/.',
    visibility: 'VISIBILITY_INTERNAL',
  },
  {
    requestId: '6b8f3f0a-0c1e-4f0e-9c39-0d6f0f7a1a02',
    title: "Edgar's private notes",
    content: 'Nobody else sees this.',
    visibility: 'VISIBILITY_PRIVATE',
  },
];

/**
 * Makes the demo resources through the REST face, as their owner.
 *
 * @param url the gateway's base URL
 */
export async function seedResources(url: string): Promise<void> {
  const { email, password } = demoAccount('editor');
  const { accessToken } = (await post(`${url}/v1/auth/login`, { email, password })) as {
    accessToken: string;
  };
  for (const { requestId, ...resource } of DEMO_RESOURCES) {
    await post(`${url}/v1/resources?requestId=${requestId}`, resource, accessToken);
  }
}

async function post(url: string, body: object, accessToken?: string): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
    },
    body: JSON.stringify(body),
  });
  if (!response.ok)
    throw new Error(`${new URL(url).pathname} answered ${response.status}: ${await response.text()}`);
  return response.json();
}
