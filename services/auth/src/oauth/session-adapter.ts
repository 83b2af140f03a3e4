import Provider, { type AdapterPayload } from 'oidc-provider';
import { ArtifactAdapter, toPayload } from './artifact-adapter.js';
import type { Artifact, Payload } from './artifacts.js';

/** What a sign-in says to the library besides what it knows of: the session of ours that it is. */
export interface SessionLogin {
  readonly sessionId: string;
}

/**
 * Keeps what a browser is to the protocol. It stands on a session of ours, and is found for as long as that is live:
 * there is one session to end and one place to see it. The library changes the secret in the cookie now and then, and
 * the `uid` stays; so the row bears that name, and the cookie's is the other one.
 */
export class SessionAdapter extends ArtifactAdapter {
  override async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    const login = Provider.ctx?.oidc?.result?.login as SessionLogin | undefined;
    await this.context.artifacts.put(this.kind, uidOf(payload), payload as unknown as Payload, {
      lifetimeSeconds: expiresIn,
      sessionId: login?.sessionId,
      otherName: id,
    });
  }

  override async find(id: string): Promise<AdapterPayload | undefined> {
    return standing(await this.context.artifacts.findByOther(this.kind, id));
  }

  override async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const artifact = await this.context.artifacts.find(this.kind, uid);
    return artifact?.hasOtherName ? standing(artifact) : undefined;
  }

  /** Its cookie is good no more. What it stands on is remembered: the library may be about to give it another one. */
  override async destroy(id: string): Promise<void> {
    await this.context.artifacts.forgetOther(this.kind, id);
  }
}

/** Whoever is signed in is so by a session of ours. */
function standing(artifact: Artifact | undefined): AdapterPayload | undefined {
  const payload = toPayload(artifact);
  return payload?.accountId !== undefined && !artifact?.hasSession ? undefined : payload;
}

function uidOf({ uid }: AdapterPayload): string {
  if (uid === undefined) throw new Error('a session of the library has a uid');
  return uid;
}
