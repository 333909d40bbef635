// What the emulator's own interface lets customers and the provider do, with the input checked. Each input that is not understood gets a sentence.

import { parsePhone } from '../values/phone.ts';
import { DAY_MS, dayOf, monthOf, parseMonth, toInstant } from '../values/time.ts';
import { type Answer, asObject, asText, type Json, ok } from './answer.ts';
import type { CustomerRef } from './customers.ts';
import { blockBusiness, changeIdentity, readMessages, setPreference, writeInbound } from './inbound.ts';
import { isUserId } from './recipient.ts';
import { isEligibility, isLimitWord, WRONG_ELIGIBILITY, WRONG_LIMIT, zoneOf } from './scenario.ts';
import { announceStatus, setCategory, toWebhookTemplate } from './template-changes.ts';
import type { StoredTemplate, TemplateCategoryWord } from './templates.ts';
import {
  eligibilityChange,
  messagingLimitChange,
  secondsOf,
  templateCategoryChange,
  templateCategoryNotice,
  templateQualityChange,
  volumeTierChange,
} from './webhook-body.ts';
import { tell, type World } from './world.ts';

export type AdminAction = (world: World, input: Json) => Promise<Answer> | Answer;

const INBOUND_TYPES = [
  'text',
  'button',
  'interactive',
  'image',
  'video',
  'audio',
  'document',
  'sticker',
  'reaction',
  'location',
  'contacts',
  'order',
  'unsupported',
] as const;
const STATUSES = [
  'APPROVED',
  'PENDING',
  'REJECTED',
  'PAUSED',
  'DISABLED',
  'FLAGGED',
  'REINSTATED',
  'IN_APPEAL',
  'ARCHIVED',
  'LIMIT_EXCEEDED',
  'LOCKED',
];
const QUALITIES = ['GREEN', 'YELLOW', 'RED', 'UNKNOWN'];
const CATEGORIES = ['MARKETING', 'UTILITY', 'AUTHENTICATION'] as const;
const PERSON = 'Give "from", a number like "+4915112345678", or "user_id", like "DE.9f3kQ2", or both.';

/** 400 with a sentence that says what to give. */
export function invalidInput(message: string, status = 400): Answer {
  return { status, body: { error: { message } } };
}

/** What is done by this name; undefined for nothing. */
export function actionOf(name: string): AdminAction | undefined {
  return Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
}

const ofPerson =
  (act: (world: World, person: CustomerRef, input: Json) => Answer): AdminAction =>
  (world, input) => {
    const person = personIn(input, 'from', 'user_id');
    return person === null ? invalidInput(PERSON) : act(world, person, input);
  };

const ACTIONS: Readonly<Record<string, AdminAction>> = {
  inbound: ofPerson((world, person, input) => {
    const type = input['type'] ?? 'text';
    if (!INBOUND_TYPES.some((known) => known === type)) return invalidInput(`"type" must be one of ${INBOUND_TYPES.join(', ')}.`);
    if (type === 'text' && asText(input['text']) === null && asObject(input['text']) === null) return invalidInput('A text needs "text".');
    return writeInbound(world, person, input);
  }),
  preferences: ofPerson((world, person, input) => {
    const marketing = input['marketing'];
    return marketing === 'stop' || marketing === 'resume'
      ? setPreference(world, person, marketing)
      : invalidInput('"marketing" must be "stop" or "resume".');
  }),
  'number-change': ofPerson((world, person, input) => {
    const next = personIn(input, 'to', 'new_user_id');
    return next === null
      ? invalidInput('Give the new number as "to", or the new id as "new_user_id".')
      : changeIdentity(world, person, next, input['hide_number'] === true);
  }),
  block: ofPerson((world, person, input) => blockBusiness(world, person, input['blocked'] !== false)),
  read: ofPerson((world, person) => readMessages(world, person)),
  templates: changeTemplate,
  'volume-tier': tellVolumeTier,
  'messaging-limit': changeMessagingLimit,
  'auth-international': makeEligible,
  events: (world, input) => {
    const [field, value] = [asText(input['field']), asObject(input['value'])];
    if (field === null || value === null) return invalidInput('Give {"field":"account_update","value":{…}}.');
    tell(world, { field, value });
    return ok({ success: true });
  },
};

function personIn(input: Json, phoneKey: string, userIdKey: string): CustomerRef | null {
  const [from, userId] = [asText(input[phoneKey]), asText(input[userIdKey])];
  const phone = from === null ? undefined : parsePhone(from);
  const isUser = userId !== null && isUserId(userId);
  if (phone !== undefined) return userId === null ? { phone } : isUser ? { phone, userId } : null;
  return from === null && isUser ? { userId } : null;
}

// Status, quality and category, each told by its own webhook. `"notice": true` announces a category 24 hours before it counts.
function changeTemplate(world: World, input: Json): Answer {
  const templates = world.templates
    .all()
    .filter(({ name, language }) => name === input['name'] && language === (input['language'] ?? language));
  if (templates.length === 0) return invalidInput('Give the "name" of a template, and its "language" where it has several.');
  const [status, quality, category] = [input['status'], input['quality'], input['category']];
  const word = CATEGORIES.find((known) => known === category);
  if (status !== undefined && !STATUSES.some((known) => known === status))
    return invalidInput(`"status" must be one of ${STATUSES.join(', ')}.`);
  if (quality !== undefined && !QUALITIES.some((known) => known === quality))
    return invalidInput(`"quality" must be one of ${QUALITIES.join(', ')}.`);
  if (category !== undefined && word === undefined) return invalidInput(`"category" must be one of ${CATEGORIES.join(', ')}.`);
  for (const template of templates) {
    if (typeof quality === 'string') setQuality(world, template, quality);
    if (typeof status === 'string') setStatus(world, template, status);
    if (word !== undefined) moveCategory(world, template, { category: word, isNotice: input['notice'] === true });
  }
  return ok({ success: true, changed: templates.length });
}

const TIER =
  'Give "region", like "India", "tier", like "25000001:50000000" or "50000001:MAX", and where they are others "category" and "month".';
const TIERED = ['UTILITY', 'AUTHENTICATION'];

// A webhook, and no more: what the emulator bills at follows its own count.
function tellVolumeTier(world: World, input: Json): Answer {
  const at = world.timeline.now();
  const [region, tier] = [asText(input['region']), asText(input['tier'])];
  const category = input['category'] ?? 'UTILITY';
  const month = input['month'] ?? monthOf(dayOf(at, zoneOf(world.scenario)));
  if (region === null || tier === null || !/^\d+:(\d+|MAX)$/.test(tier)) return invalidInput(TIER);
  if (typeof category !== 'string' || !TIERED.includes(category)) return invalidInput(`"category" must be one of ${TIERED.join(', ')}.`);
  if (typeof month !== 'string' || parseMonth(month) === undefined) return invalidInput('"month" is written like "2026-10".');
  tell(world, volumeTierChange({ region, category, tier, month }, at));
  return ok({ success: true });
}

// What the business may do from now on, and the webhook that says so.
function changeMessagingLimit(world: World, input: Json): Answer {
  const limit = input['limit'];
  if (typeof limit !== 'string' || !isLimitWord(limit)) return invalidInput(`"limit" ${WRONG_LIMIT}.`);
  const { account } = world.scenario;
  world.scenario = { ...world.scenario, account: { ...account, messaging_limit: limit } };
  tell(world, messagingLimitChange(limit));
  return ok({ success: true });
}

/** The rate begins so long after a business has become eligible (the provider's page on authentication-international rates). */
const NOTICE_MS = 30 * DAY_MS;

// Everywhere in 30 days, where nothing else is said; and the webhook that says so.
function makeEligible(world: World, input: Json): Answer {
  const isSaid = input['start_time'] !== undefined || input['exception_countries'] !== undefined;
  const eligibility = isSaid ? input : { start_time: secondsOf(toInstant(world.timeline.now() + NOTICE_MS)) };
  if (!isEligibility(eligibility)) return invalidInput(`It ${WRONG_ELIGIBILITY}.`);
  const { account } = world.scenario;
  world.scenario = { ...world.scenario, account: { ...account, auth_international_rate_eligibility: eligibility } };
  tell(world, eligibilityChange(eligibility));
  return ok({ success: true });
}

function setQuality(world: World, template: StoredTemplate, quality: string): void {
  tell(world, templateQualityChange(toWebhookTemplate(template), template.quality, quality));
  template.quality = quality;
}

const PAUSES = [
  { title: 'FIRST_PAUSE', hours: 3 },
  { title: 'SECOND_PAUSE', hours: 6 },
];

// Paused for 3 hours, then for 6; the third time it is disabled for good.
function setStatus(world: World, template: StoredTemplate, status: string): void {
  const pause = status === 'PAUSED' ? PAUSES[template.pauses] : undefined;
  template.status = status === 'PAUSED' && pause === undefined ? 'DISABLED' : status;
  announceStatus(world, template, pause?.title ?? (template.status === 'DISABLED' ? 'DISABLED' : null));
  if (pause === undefined) return;
  template.pauses += 1;
  world.timeline.schedule(toInstant(world.timeline.now() + pause.hours * 3_600_000), () => {
    if (template.status !== 'PAUSED') return;
    template.status = 'APPROVED';
    announceStatus(world, template, 'UNPAUSE');
  });
}

type Move = { readonly category: TemplateCategoryWord; readonly isNotice: boolean };

function moveCategory(world: World, template: StoredTemplate, { category, isNotice }: Move): void {
  const move = (): void => {
    const previous = template.category;
    setCategory(template, category);
    template.correctCategory = null;
    tell(world, templateCategoryChange(toWebhookTemplate(template), previous, category));
  };
  if (!isNotice) {
    move();
    return;
  }
  const at = toInstant(world.timeline.now() + DAY_MS);
  template.correctCategory = category;
  tell(world, templateCategoryNotice(toWebhookTemplate(template), category, at));
  world.timeline.schedule(at, move);
}
