// The shop that a history is about: two WhatsApp senders in two zones and a sandbox on one store, a dozen people, prices that change at the end of the month.

import type { Category } from '../../src/domain/consent.ts';
import type { Json } from '../../src/emulator/answer.ts';
import { DEFAULT_ACCOUNT, type Sender } from '../../src/domain/sender.ts';
import type { KeyedDigest } from '../../src/ports/host.ts';
import type { StoredPriceCard } from '../../src/ports/store/directory.ts';
import type { BudgetId, MessageId, SenderId } from '../../src/values/id.ts';
import { toMicros } from '../../src/values/money.ts';
import type { Phone } from '../../src/values/phone.ts';
import { type Day, dayOf, type Instant, type Month, parseTimeZone, type TimeZone, toInstant, UTC } from '../../src/values/time.ts';
import { makeBudget } from '../conformance/store/crowd.ts';
import {
  instant,
  makeCard,
  makeContact,
  makeEvent,
  makeRate,
  makeSender,
  makeTemplate,
  makeWhatsapp,
} from '../conformance/store/fixture.ts';
import type { Chance } from './chance.ts';
import type { Engine } from './engine.ts';
import type { Faults } from './faults.ts';
import type { Machine } from './machine.ts';
import type { Provider } from './provider.ts';

/** A sender; the sandbox is its own provider. */
export type Outlet = { readonly sender: Sender; readonly provider: Provider | null };

/** All that acts in a history knows this. */
export type Shop = {
  readonly engine: Engine;
  readonly chance: Chance;
  readonly machine: Machine;
  readonly faults: () => Faults;
  readonly digest: KeyedDigest;
  readonly outlets: readonly Outlet[];
  /** The message that a client was told of, by what it wanted. */
  readonly acknowledged: Map<string, MessageId>;
  /** What a client wanted with each of its messages: the same each time that it repeats a send. */
  readonly intents: Map<MessageId, string>;
  /** What people decided to send again. */
  readonly resent: Set<MessageId>;
  /** Messages whose requests have left and not arrived. */
  readonly underWay: Set<string>;
  readonly onFailure: (what: string) => void;
};

/** A moment of drama: the last day of a month in two zones, at whose end prices change. */
export type Period = { readonly start: Instant; readonly before: Month; readonly nextCard: Day };

export const PERIODS: readonly Period[] = [
  ['2026-09', '2026-10-01', '2026-09-30T17:00:00Z'],
  ['2026-10', '2026-11-01', '2026-10-31T17:00:00Z'],
  ['2026-11', '2026-12-01', '2026-11-30T17:00:00Z'],
].map(([before, nextCard, start = '']) => ({ before: before as Month, nextCard: nextCard as Day, start: instant(start) }));

/** In millionths of a dollar, before the change and after it. All other markets have no price. */
const PRICES: Readonly<Record<string, Readonly<Record<string, readonly [bigint, bigint]>>>> = {
  Germany: { marketing: [130_000n, 120_000n], utility: [50_000n, 55_000n], service: [10_000n, 11_000n] },
  Spain: { marketing: [60_000n, 70_000n], utility: [20_000n, 18_000n], service: [9_000n, 9_000n] },
};

/** What a charged delivery costs. */
export function priceOf(period: Period, { market, category, day }: { market: string; category: Category; day: Day }): bigint {
  const price = PRICES[market]?.[category]?.[day >= period.nextCard ? 1 : 0];
  if (price === undefined) throw new Error(`${category} has no price in ${market}`);
  return price;
}

/** The market of a number. */
export function marketOf(phone: string): string {
  return phone.startsWith('+34') ? 'Spain' : 'Germany';
}

/** Endings with a meaning of their own (the emulator's fate.ts) are among them. */
const ENDINGS = ['1111', '1112', '1113', '1114', '1115', '1116', '0000', '0002', '0003', '0005', '0006', '0007'];

export const PEOPLE: readonly Phone[] = ENDINGS.map((ending, index) => `${index % 4 === 3 ? '+3461234' : '+491511234'}${ending}` as Phone);

/** Templates by name: `code` is worth nothing ten minutes later. */
const TEMPLATES = [
  { name: 'offer', category: 'marketing', ttlSeconds: null },
  { name: 'notice', category: 'utility', ttlSeconds: null },
  { name: 'urgent', category: 'utility', ttlSeconds: 600 },
] as const;
export const TEMPLATE_NAMES = TEMPLATES.map(({ name }) => name);

/** The templates as the provider keeps them. */
export const PROVIDER_TEMPLATES: readonly Json[] = TEMPLATES.map(({ name, category, ttlSeconds }) => ({
  name,
  language: 'en',
  category: category.toUpperCase(),
  components: [{ type: 'BODY', text: 'Hello' }],
  ...(ttlSeconds === null ? {} : { message_send_ttl_seconds: ttlSeconds }),
}));

/** The senders, the sandbox last. */
export function makeSenders(machine: Machine, { chance, at }: { readonly chance: Chance; readonly at: Instant }): readonly Sender[] {
  const confirmsStops = chance.hits(0.5);
  const ratePerSecond = chance.pick([5, 20, 80]);
  const whatsapp = (number: string) =>
    makeWhatsapp({ phoneNumberId: `10654035224292${number}`, wabaId: `10229012934039${number}`, confirmsStops, ratePerSecond });
  const make = (name: string, timeZone: TimeZone, rest: Partial<Sender>): Sender =>
    makeSender({ id: machine.ids.short(), name, timeZone, createdAt: at, ...rest });
  return [
    make('berlin', zone('Europe/Berlin'), { transport: 'whatsapp', whatsapp: whatsapp('1') }),
    make('new-york', zone('America/New_York'), { transport: 'whatsapp', whatsapp: whatsapp('2') }),
    make('sandbox', UTC, { isDefault: true }),
  ];
}

function zone(name: string): TimeZone {
  return parseTimeZone(name) ?? UTC;
}

/** Founds the store, and lets people agree. */
export async function foundShop({ machine, chance, outlets, engine }: Shop, period: Period): Promise<void> {
  const store = machine.look();
  const senders = outlets.map(({ sender }) => sender);
  const [first, ...others] = senders.toReversed();
  if (first === undefined) throw new Error('a shop has a sender');
  await store.found({ keyCheck: '', sender: first, cards: [cardOf(machine, '2026-01-01', 0), cardOf(machine, period.nextCard, 1)] });
  for (const sender of others) await store.putSender(sender);
  const at = engine.now();
  for (const { sender, provider } of outlets) {
    for (const { name, category, ttlSeconds } of TEMPLATES) {
      const providerId = provider?.world.templates.find(name, 'en')?.id ?? null;
      await store.putTemplate(makeTemplate(sender.id, { id: machine.ids.short(), name, category, ttlSeconds, providerId, addedAt: at }));
    }
  }
  const contacts = PEOPLE.map((phone) =>
    makeContact('', {
      id: machine.ids.sortable(at),
      phone,
      optIns: senders.flatMap(({ id }) =>
        (['marketing', 'utility'] as const).filter(() => chance.hits(0.9)).map((subject) => makeEvent('opt_in', id, { subject, at })),
      ),
    }),
  );
  await store.putContacts({ accountId: DEFAULT_ACCOUNT, contacts, at });
}

function cardOf(machine: Machine, from: string, index: 0 | 1): StoredPriceCard {
  const rates = Object.entries(PRICES).flatMap(([market, prices]) =>
    Object.entries(prices).map(([category, price]) => makeRate(category as Category, price[index], { market })),
  );
  return { ...makeCard(from, rates), id: machine.ids.short() };
}

/** A budget of a month that a history may meet. */
export function someBudget({ machine, chance, engine }: Shop, senderId: SenderId) {
  const id = machine.ids.short<'budget'>() satisfies BudgetId;
  const common = { id, createdAt: engine.now(), mode: 'hard', period: chance.pick(['day', 'month'] as const) } as const;
  return makeBudget(senderId, toMicros(BigInt(chance.between(3, 40)) * 100_000n), {
    ...common,
    category: chance.pick([null, 'marketing']),
  });
}

/** The day of an instant for a sender. */
export function dayFor({ timeZone }: Sender, at: number): Day {
  return dayOf(toInstant(at), timeZone);
}
