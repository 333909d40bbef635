// The provider's office: templates, media, its block list, what it bills, and the state of a sender's account. Sending itself is transport.ts's.

import type { ErrorCode } from '../errors.ts';
import type { InternationalStart } from '../domain/auth-international.ts';
import type { MessagingLimit } from '../domain/messaging-limit.ts';
import type { MediaKind } from '../domain/free-form.ts';
import type { TemplateCategory, TemplateContent, TemplateQuality, TemplateStatus } from '../domain/template.ts';
import type { Month, TimeZone } from '../values/time.ts';
import type { BilledLine } from '../domain/billed.ts';
import type { ContactRef } from './store/directory.ts';

/** A template as the provider has it. */
export type ProviderTemplate = {
  readonly providerId: string;
  readonly content: TemplateContent;
  readonly status: TemplateStatus;
  readonly quality: TemplateQuality;
};

/** A template of the provider's that this version cannot read, and so cannot send either. `reason` is a sentence or the end of one. */
export type UnreadableTemplate = {
  readonly providerId: string;
  readonly name: string;
  readonly language: string;
  readonly content: null;
  readonly reason: string;
};

/** What became of a template that was handed in. The provider may have put it in another category than was asked for. */
export type PushedTemplate = { readonly providerId: string; readonly status: TemplateStatus; readonly category: TemplateCategory };

/** What of a template is edited. */
export type TemplatePart = 'all' | 'bid';

/** One line of a check-up. `warning`: it works, and something is worth a look. `skipped`: not asked, because something before it failed. */
export type Finding = {
  readonly check: 'token' | 'number' | 'limit' | 'international' | 'templates' | 'webhook' | 'payment' | 'clock';
  readonly result: 'good' | 'warning' | 'bad' | 'skipped';
  /** A sentence, in the words of a person. */
  readonly message: string;
  /** What to do about it; null when there is nothing to do. */
  readonly hint: string | null;
  /** With `limit`: how many people the business may message in a day, where the provider says so. */
  readonly messagingLimit?: MessagingLimit;
  /** With `international`: from when authentication costs the international rate; null where the provider tells no start. */
  readonly authInternational?: InternationalStart | null;
  /** The error, where no answer could be judged: `provider_unreachable` is another thing than a token that was refused. */
  readonly code?: ErrorCode;
};

/**
 * Every operation throws `provider_unreachable` (exit 10; also for what the provider itself calls passing: a throttle, a maintenance), `token_rejected` (9) or
 * `provider_rejected` (5), the last ones with the provider's code and words in `details`. What only asks is asked twice before; what changes something never.
 */
export type Provider = {
  /** All templates of the account, page by page; what cannot be read is among them, with the reason. */
  readonly listTemplates: () => AsyncIterable<readonly (ProviderTemplate | UnreadableTemplate)[]>;
  /** Hands in a new template; edits the one with `providerId` where it is given, or its bid alone, which leaves what was reviewed as it is. */
  readonly pushTemplate: (content: TemplateContent, providerId: string | null, part?: TemplatePart) => Promise<PushedTemplate>;
  /** Uploads a file and returns its id, which the provider keeps for 30 days. */
  readonly uploadMedia: (file: { readonly kind: MediaKind; readonly name: string; readonly bytes: Uint8Array }) => Promise<string>;
  /** Puts people on the provider's own block list, or takes them off it; one result per person, null where it worked. */
  readonly setBlocked: (people: readonly ContactRef[], blocked: boolean) => Promise<readonly (string | null)[]>;
  /** What the provider says it delivered and billed in a month of the zone, through the sender's number alone: by day, country, category, type and tier. */
  readonly billed: (month: Month, timeZone: TimeZone) => Promise<readonly BilledLine[]>;
  /** Looks at everything that sending needs, in this order. Never throws for what it finds; throws `provider_unreachable` where nobody answers. */
  readonly check: () => Promise<readonly Finding[]>;
};
