// Taking a message or refusing it: the provider's checks in their order, and what a scenario makes of the request and its answer.

import { bidCap, hasBid } from '../domain/bid.ts';
import type { Currency } from '../values/money.ts';
import { type Answer, asObject, asText, type Json, missing, ok, refusal } from './answer.ts';
import { answerAdvertisement, type Customer, keyOf, openFreeEntry, openWindow, waIdOf } from './customers.ts';
import { type Fate, fateOf } from './fate.ts';
import type { RequestFault, Strikes, Struckable } from './faults.ts';
import { messageProblem, typeOf } from './message-rules.ts';
import { limitOf } from './reach.ts';
import { type Recipient, readRecipient } from './recipient.ts';
import { zoneOf } from './scenario.ts';
import { scheduleStatuses } from './statuses.ts';
import { parameterProblem, stateProblem } from './template-use.ts';
import type { StoredTemplate } from './templates.ts';
import type { SentMessage, World } from './world.ts';

/** How an answer reaches the client: as it should, or as a fault has it. `delayMs` of real time. */
export type Manner = RequestFault | 'plain';

export type SendReply = { readonly answer: Answer; readonly manner: Manner; readonly delayMs: number };

/** `marketing_messages` is the provider's second door, for marketing templates only. */
export type SendDoor = 'messages' | 'marketing_messages';

/** Takes or refuses the request, and schedules what follows from it. */
export function sendMessage(world: World, body: Json, door: SendDoor): SendReply {
  const at = world.timeline.now();
  if (!world.throttle.takeOfNumber(at)) return plain(refusal(130_429, 'The number has reached its throughput.'));
  if (body['messaging_product'] !== 'whatsapp') return plain(missing('messaging_product'));
  if (body['status'] !== undefined) return plain(markRead(world, body));
  const recipient = readRecipient(body, world.identity.displayPhoneNumber);
  if ('status' in recipient) return plain(recipient);
  const type = typeOf(body);
  const problem = messageProblem(body, type);
  if (problem !== null) return plain(problem);
  const customer = world.customers.get(recipient.ref);
  customer.requests += 1;
  const template = templateOf(world, body);
  const struckable: Struckable = {
    to: keyOf(customer),
    nth: customer.requests,
    type: type ?? 'text',
    template: asText(asObject(body['template'])?.['name']),
    category: categoryOf(template),
  };
  const strikes = world.faults.strike(struckable);
  return refusedByFault(strikes) ?? plainOrTaken(world, { body, door, recipient, customer, template, struckable, strikes });
}

type Request = {
  readonly body: Json;
  readonly door: SendDoor;
  readonly recipient: Recipient;
  readonly customer: Customer;
  readonly template: StoredTemplate | undefined;
  readonly struckable: Struckable;
  readonly strikes: Strikes;
};

function plainOrTaken(world: World, request: Request): SendReply {
  const problem = templateProblem(request) ?? personProblem(world, request) ?? mediaIdProblem(world, request);
  if (problem !== null) return plain(problem);
  const { customer, strikes } = request;
  const fate = fateOf({ phone: customer.phone, nth: customer.refusedInARow + 1 });
  if (fate.kind === 'rejected' || fate.kind === 'throttled') {
    if (fate.kind === 'throttled') customer.refusedInARow += 1;
    return plain(refusal(fate.code, 'The last four digits of the number ask for it.'));
  }
  customer.refusedInARow = 0;
  if (!world.throttle.takeOfPair(keyOf(customer), world.timeline.now())) {
    return plain(refusal(131_056, 'Too many messages to this person in too short a time.'));
  }
  const message = accept(world, request);
  const silent: Fate = { kind: 'accepted', statuses: [], code: null };
  const isUnreported = fate.kind === 'no_answer' || strikes.request?.fault === 'accept_no_answer';
  scheduleStatuses(world, message, { fate: isUnreported ? silent : fate, strikes });
  const manner = fate.kind === 'no_answer' ? 'accept_no_answer' : (strikes.request?.fault ?? 'plain');
  return { answer: accepted(request, message), manner, delayMs: strikes.request?.delayMs ?? 0 };
}

// Faults that send nothing come first: whatever is wrong with the request besides, the provider did not look at it.
function refusedByFault({ request }: Strikes): SendReply | null {
  switch (request?.fault) {
    case 'http_429':
      return plain(refusal(130_429, 'The scenario says so.', { status: 429 }));
    case 'http_500':
      return plain(refusal(131_000, 'The scenario says so.', { status: 500 }));
    case 'error':
      return plain(refusal(request.code, 'The scenario says so.'));
    case 'reset_before':
    case 'redirect':
    case 'html':
      return { answer: ok({}), manner: request.fault, delayMs: 0 };
    default:
      return null;
  }
}

function templateOf(world: World, body: Json): StoredTemplate | undefined {
  const template = asObject(body['template']);
  const [name, language] = [asText(template?.['name']), asText(asObject(template?.['language'])?.['code'])];
  return name === null || language === null ? undefined : world.templates.find(name, language);
}

function categoryOf(template: StoredTemplate | undefined): SentMessage['category'] {
  return template === undefined ? 'service' : (template.category.toLowerCase() as SentMessage['category']);
}

function templateProblem({ body, door, template, recipient }: Request): Answer | null {
  const isTemplate = body['type'] === 'template';
  if (door === 'marketing_messages' && !isTemplate) return refusal(131_055, 'Only templates can be sent here.');
  if (!isTemplate) return null;
  const request = asObject(body['template']) ?? {};
  const language = asText(asObject(request['language'])?.['code']) ?? '';
  const problem = stateProblem(template, asText(request['name']) ?? '', language);
  if (problem !== null || template === undefined) return problem;
  const doorRefusal = door === 'marketing_messages' ? marketingProblem(body, template) : bidProblem(template);
  if (doorRefusal !== null) return doorRefusal;
  if (template.category === 'AUTHENTICATION' && !('phone' in recipient.ref)) {
    return refusal(131_062, 'Authentication templates need a phone number in "to".');
  }
  return parameterProblem(template, request);
}

const POLICIES: readonly unknown[] = ['CLOUD_API_FALLBACK', 'STRICT'];

function marketingProblem({ product_policy: policy, message_activity_sharing: shares }: Json, { category }: StoredTemplate): Answer | null {
  if (category !== 'MARKETING') return refusal(134_100, 'The template is not a marketing template.');
  if (policy !== undefined && !POLICIES.includes(policy))
    return refusal(100, `Param product_policy must be one of ${POLICIES.join(', ')}.`);
  return shares === undefined || typeof shares === 'boolean' ? null : refusal(100, 'Param message_activity_sharing must be a boolean.');
}

function bidProblem({ content, name }: StoredTemplate): Answer | null {
  return hasBid(content) ? refusal(131_061, `Template '${name}' has a maximum price: send it to /marketing_messages.`) : null;
}

function personProblem({ identity, scenario }: World, { customer, recipient }: Request): Answer | null {
  const allowed = scenario.account.allowed_recipients;
  if (customer.phone === `+${identity.displayPhoneNumber}`) return refusal(131_021, 'The number of the business cannot be the recipient.');
  if (allowed !== undefined && !allowed.includes(keyOf(customer))) {
    return refusal(131_030, `The recipient ${recipient.input} is not in the allowed list.`);
  }
  return customer.isBlocked ? refusal(130_403, 'The business has blocked this user.') : null;
}

const MEDIA = ['image', 'video', 'audio', 'document', 'sticker'] as const;

function mediaIdProblem({ media, timeline }: World, { body }: Request): Answer | null {
  const type = MEDIA.find((kind) => kind === body['type']);
  const id = type === undefined ? undefined : asObject(body[type])?.['id'];
  if (id === undefined || (typeof id === 'string' && media.get(id, timeline.now()) !== undefined)) return null;
  return refusal(131_053, `There is no uploaded file with the id ${JSON.stringify(id)}.`);
}

function accept(world: World, { body, door, customer, template, struckable }: Request): SentMessage {
  const at = world.timeline.now();
  answerAdvertisement(customer, at, zoneOf(world.scenario));
  const windowOpen = openWindow(customer, at) !== null;
  const category = categoryOf(template);
  const counts = !windowOpen && category !== 'service';
  const message: SentMessage = {
    id: world.nextId('message'),
    customer,
    type: struckable.type,
    category,
    template: template === undefined ? null : { name: template.name, language: template.language },
    body,
    callbackData: asText(body['biz_opaque_callback_data']),
    acceptedAt: at,
    isLite: door === 'marketing_messages',
    cap: bidCap(template?.content ?? null, world.scenario.account.currency as Currency),
    windowOpen,
    isOverLimit: counts && !world.reach.take(keyOf(customer), limitOf(world.scenario.account.messaging_limit), at),
    freeEntry: openFreeEntry(customer, at),
    struckable,
    events: [],
  };
  world.messages.set(message.id, message);
  return message;
}

function accepted({ recipient, customer, strikes, struckable }: Request, message: SentMessage): Answer {
  const fault = strikes.message?.fault;
  const isHeld = fault === 'held_then_sent' || fault === 'held_then_dropped';
  const status = fault === 'paused' ? 'paused' : isHeld ? 'held_for_quality_assessment' : 'accepted';
  const waId = 'phone' in recipient.ref ? { wa_id: waIdOf(customer) } : {};
  const userId = 'userId' in recipient.ref ? { user_id: customer.userId } : {};
  return ok({
    messaging_product: 'whatsapp',
    contacts: [{ input: recipient.input, ...waId, ...userId }],
    messages: [{ id: message.id, ...(struckable.type === 'template' ? { message_status: status } : {}) }],
  });
}

function markRead(world: World, body: Json): Answer {
  if (body['status'] !== 'read') return refusal(100, "Param status must be 'read'.");
  const id = asText(body['message_id']);
  if (id === null) return missing('message_id');
  return world.inbound.has(id) ? ok({ success: true }) : refusal(131_009, 'There is no message of a customer with that id.');
}

function plain(answer: Answer): SendReply {
  return { answer, manner: 'plain', delayMs: 0 };
}
