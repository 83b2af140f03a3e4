import { errors, type AdapterPayload } from 'oidc-provider';
import { ArtifactAdapter } from './artifact-adapter.js';

/** Keeps the codes of devices. */
export class DeviceCodeAdapter extends ArtifactAdapter {
  /**
   * The library looks whether somebody has confirmed a code, and then writes down that they have: of many who do at the
   * same time, here and at other replicas, one goes on to connect the device.
   *
   * @throws InvalidRequest
   */
  override async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    const isFirst =
      !isConfirmed(payload) || (await this.context.artifacts.putOnce('ConfirmedDevice', id, expiresIn));
    if (!isFirst) throw new errors.InvalidRequest('somebody else has confirmed the code');
    await super.upsert(id, payload, expiresIn);
  }
}

/** Whether somebody has said that it is the code of their device, and has not decided yet. */
function isConfirmed({ inFlight, accountId, error }: AdapterPayload): boolean {
  return inFlight === true && accountId === undefined && error === undefined;
}
