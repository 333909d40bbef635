// The emulator's world: one account with one number, its customers, messages and templates. State only; the rules stand in the files around it.

import type { Micros } from '../values/money.ts';
import type { Instant } from '../values/time.ts';
import type { Json } from './answer.ts';
import { type Bill, createBill } from './bill.ts';
import type { Timeline } from './clock.ts';
import { createCustomers, type Customer, type Customers, waIdOf } from './customers.ts';
import type { StatusKind } from './fate.ts';
import { createFaults, type Faults, type Struckable } from './faults.ts';
import type { Identity } from './identity.ts';
import { createMediaShelf, type MediaShelf } from './media.ts';
import { createReach, type Reach } from './reach.ts';
import type { Scenario } from './scenario.ts';
import { createTemplateBook, type TemplateBook } from './templates.ts';
import { createThrottle, type Throttle } from './throttle.ts';
import type { Change, WebhookPerson } from './webhook-body.ts';
import type { Webhooks, WebhookState } from './webhooks.ts';

/** Something that happened to a message, whether or not anybody was told. */
export type MessageEvent = {
  readonly status: StatusKind;
  readonly at: Instant;
  readonly pricing: Json | null;
  readonly error: { readonly code: number; readonly details: string } | null;
  webhook: WebhookState;
};

/** A message that was accepted. */
export type SentMessage = {
  readonly id: string;
  readonly customer: Customer;
  readonly type: string;
  readonly category: 'marketing' | 'utility' | 'authentication' | 'service';
  readonly template: { readonly name: string; readonly language: string } | null;
  /** The request's body as it came. */
  readonly body: Json;
  readonly callbackData: string | null;
  readonly acceptedAt: Instant;
  readonly isLite: boolean;
  /** What its template bids, at the moment of sending; null for the price of the card. */
  readonly cap: Micros | null;
  /** The windows at the moment of sending decide the price. */
  readonly windowOpen: boolean;
  /** The person was one more than the business may message in a day. */
  readonly isOverLimit: boolean;
  readonly freeEntry: Customer['freeEntry'];
  /** What the scenario's chances are asked with. */
  readonly struckable: Struckable;
  readonly events: MessageEvent[];
};

/** What `reset` makes new. */
type Situation = {
  scenario: Scenario;
  faults: Faults;
  throttle: Throttle;
  customers: Customers;
  templates: TemplateBook;
  media: MediaShelf;
  bill: Bill;
  reach: Reach;
  messages: Map<string, SentMessage>;
  /** Ids of messages of customers, with what they were. */
  inbound: Map<string, Instant>;
};

export type World = Situation & {
  readonly identity: Identity;
  readonly timeline: Timeline;
  readonly webhooks: Webhooks;
  /** Makes ids that never come twice. */
  readonly nextId: (kind: 'message' | 'object') => string;
};

/** A fresh situation: nobody has written, nothing is billed, one template is approved. */
export function createSituation(scenario: Scenario, at: Instant, nextId: World['nextId']): Situation {
  return {
    scenario,
    ...createRules(scenario),
    customers: createCustomers(),
    templates: createTemplateBook(() => nextId('object'), at),
    media: createMediaShelf(() => nextId('object')),
    bill: createBill(scenario),
    reach: createReach(),
    messages: new Map(),
    inbound: new Map(),
  };
}

/** What a scenario decides anew when it takes the place of another: its rules count from the beginning. */
export function createRules(scenario: Scenario): Pick<Situation, 'faults' | 'throttle'> {
  return { faults: createFaults(scenario), throttle: createThrottle(scenario.requests_per_second) };
}

/** The customer as webhooks name people. */
export function personOf(customer: Customer): WebhookPerson {
  return { waId: waIdOf(customer), userId: customer.userId, name: customer.name };
}

/** Posts a change that is not about the status of a message. */
export function tell({ webhooks }: Pick<World, 'webhooks'>, change: Change): void {
  webhooks.enqueue({ content: { change } });
}
