// What a provider's webhook tells, in our words. Owns the kinds of events; reading them from JSON is inbound/events.ts's.

import type { ContactId, SenderId, TemplateId } from '../values/id.ts';
import type { Phone } from '../values/phone.ts';
import type { Instant } from '../values/time.ts';
import type { InternationalStart } from './auth-international.ts';
import type { MessagingLimit } from './messaging-limit.ts';
import type { Outcome } from './outcome.ts';
import type { TemplateCategory, TemplateQuality, TemplateStatus } from './template.ts';

/** So far the provider's clock, which tells whole seconds, and ours may be apart: of two things that are closer, the order by their times says little. */
export const CLOCKS_DIFFER_MS = 60_000;

/** Who an event is about, as far as it tells. */
export type InboundPerson = {
  /** For a person whom the store does not know yet. */
  readonly newId: ContactId;
  readonly phone: Phone | null;
  readonly userId: string | null;
  readonly name: string | null;
};

type Common = {
  /** Null when no sender of the store has that number or account. */
  readonly senderId: SenderId | null;
  readonly at: Instant;
  /** Tells an event that was delivered again: 16 bytes of a SHA-256 over what identifies it. Made when it is asked for: a status that is applied needs none. */
  readonly digest: () => Uint8Array;
  /** The part of the webhook that told it, as JSON: evidence, and what is kept of what is not understood. Made when it is asked for. */
  readonly body: () => string;
};

/** A person got another number, which may not be told, or another user id with the same number. `previous` names who they were. */
export type IdentityChange = { readonly previous: InboundPerson; readonly keepsNumber: boolean };

/** What an inbound message means for consent. `near_miss`: it may be a stop, and a person should look. */
export type InboundReading = 'opt_out' | 'opt_in' | 'near_miss' | 'nothing';

/** Types of messages whose text is the label of a button, or of a line of a list, that we wrote ourselves. */
const BUTTON_TYPES: ReadonlySet<string> = new Set(['button', 'interactive']);

/** Whether a message of that type is a tap on a label and not somebody's own words. */
export function isButtonType(messageType: string): boolean {
  return BUTTON_TYPES.has(messageType);
}

/** What is told of an account and changes something here; null where it is not told. */
export type AccountNews = {
  /** How many people the business may message in a day. */
  readonly messagingLimit: MessagingLimit | null;
  /** From when authentication costs the international rate. */
  readonly authInternational: InternationalStart | null;
};

/** Nothing that changes anything. */
export const NO_NEWS: AccountNews = { messagingLimit: null, authInternational: null };

export type InboundEvent = Common &
  /** `outcome` null: its callback data is not ours, and it is kept as unmatched. */
  (
    | {
        readonly kind: 'status';
        readonly outcome: Outcome | null;
        readonly freeEntryUntil: Instant | null;
        readonly person: InboundPerson | null;
      }
    /** `text` is what can be read for stop words: a text, the words on a button; null for media and places. */
    | { readonly kind: 'message'; readonly person: InboundPerson; readonly text: string | null; readonly messageType: string }
    /** The messenger's own switch for marketing. */
    | { readonly kind: 'preference'; readonly person: InboundPerson; readonly marketing: 'stop' | 'resume' }
    | ({ readonly kind: 'identity'; readonly person: InboundPerson } & IdentityChange)
    | {
        readonly kind: 'template';
        /** For a new version of it, if one is needed. */
        readonly newId: TemplateId;
        readonly providerId: string;
        readonly name: string;
        readonly language: string;
        readonly status: TemplateStatus | null;
        readonly quality: TemplateQuality | null;
        readonly category: TemplateCategory | null;
      }
    /** Of the account or the number: kept as it came, whatever it tells. */
    | ({ readonly kind: 'account' } & AccountNews)
    /** Not understood: kept as it came. */
    | { readonly kind: 'other' }
  );
