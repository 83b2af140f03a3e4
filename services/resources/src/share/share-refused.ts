import { platformReasons } from '@gatehouse/errors';
import { resourcesReasons } from '../reasons.js';
import type { ShareRefusal } from './share.store.js';

/** Returns what the caller is told when a share was not changed. */
export function shareRefused(refusal: ShareRefusal): Error {
  switch (refusal) {
    case 'unknown':
      return resourcesReasons.RESOURCE_UNKNOWN();
    case 'forbidden':
      return resourcesReasons.RESOURCE_NOT_OWNED();
    case 'erased':
      return resourcesReasons.SUBJECT_ERASED();
    case 'full':
      return resourcesReasons.SHARE_LIMIT();
    case 'owner': {
      const violation = { field: 'subject', description: 'must not be the owner' };
      return platformReasons.FIELD_INVALID({ violations: [violation] });
    }
  }
}
