// Who the emulator's business is: the ids and secrets that a client needs. Made anew for each emulator, or given.

import type { IdSource } from '../values/id.ts';

export type Identity = {
  readonly phoneNumberId: string;
  /** Digits without `+`. */
  readonly displayPhoneNumber: string;
  readonly verifiedName: string;
  readonly wabaId: string;
  readonly appId: string;
  readonly accessToken: string;
  readonly appSecret: string;
  readonly verifyToken: string;
};

/** An identity; secrets that are not given are made of the ids' chance. They open nothing but this emulator. */
export function createIdentity(ids: Pick<IdSource, 'short'>, given: Partial<Identity>): Identity {
  const secret = (): string => `${ids.short()}${ids.short()}${ids.short()}`;
  return {
    phoneNumberId: '106540352242922',
    displayPhoneNumber: '15550783881',
    verifiedName: 'Tollbell Emulator',
    wabaId: '102290129340398',
    appId: '670843887433847',
    accessToken: `EAA${secret()}${secret()}`,
    appSecret: secret(),
    verifyToken: secret(),
    ...given,
  };
}
