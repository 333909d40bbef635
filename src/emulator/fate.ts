// What becomes of a message by the last four digits of its recipient's number. Pure; the emulator and the sandbox both ask it.

/** What the last four digits of a number mean; every other ending is delivered. */
export const MAGIC_ENDINGS = {
  '0000': 'delivered and read',
  '0001': 'delivered',
  '0002': 'rejected at once (131026)',
  '0003': 'accepted, fails later (131049)',
  '0004': 'accepted, never answered: the outcome stays unknown',
  '0005': 'throttled first (130429), delivered at the second attempt',
  '0006': 'fails: opted out at the provider (131050)',
  '0007': 'accepted, never reported',
} as const;

/** A status that a webhook reports. */
export type StatusKind = 'sent' | 'delivered' | 'read' | 'failed';

/**
 * `rejected` and `throttled`: refused with this code, nothing was sent. `no_answer`: the request is taken, and neither an answer nor a status follows.
 * `accepted`: these statuses follow, and a `failed` among them has this code.
 */
export type Fate =
  | { readonly kind: 'rejected'; readonly code: number }
  | { readonly kind: 'throttled'; readonly code: number }
  | { readonly kind: 'no_answer' }
  | { readonly kind: 'accepted'; readonly statuses: readonly StatusKind[]; readonly code: number | null };

const DELIVERED: Fate = { kind: 'accepted', statuses: ['sent', 'delivered'], code: null };

/** The fate of a request. `nth` counts the requests for the message from 1, so that `0005` is refused once. A person without a number is reached. */
export function fateOf({ phone, nth }: { readonly phone: string | null; readonly nth: number }): Fate {
  switch (phone?.slice(-4)) {
    case '0000':
      return { kind: 'accepted', statuses: ['sent', 'delivered', 'read'], code: null };
    case '0002':
      return { kind: 'rejected', code: 131_026 };
    case '0003':
      return { kind: 'accepted', statuses: ['sent', 'failed'], code: 131_049 };
    case '0004':
      return { kind: 'no_answer' };
    case '0005':
      return nth === 1 ? { kind: 'throttled', code: 130_429 } : DELIVERED;
    case '0006':
      return { kind: 'accepted', statuses: ['failed'], code: 131_050 };
    case '0007':
      return { kind: 'accepted', statuses: [], code: null };
    default:
      return DELIVERED;
  }
}
