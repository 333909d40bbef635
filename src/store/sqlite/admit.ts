// Admission on SQLite: loads what the rule must know, asks it, writes what it says. One transaction a batch.

import { type BudgetUse, useKey } from '../../domain/budget.ts';
import { bookingAt, type BookingFacts } from '../../domain/closing.ts';
import { AT_ONCE, dueAt } from '../../domain/schedule.ts';
import { placedKey } from '../../domain/key.ts';
import { assert } from '../../errors.ts';
import type {
  AdmissionFacts,
  AdmitBatch,
  AdmitRequest,
  Admitted,
  AdmitStore,
  AdmittedMessage,
  DecideAdmissions,
  Run,
} from '../../ports/store/admit.ts';
import { BATCH_MAX } from '../../values/batch.ts';
import type { CampaignId, SenderId } from '../../values/id.ts';
import { type Micros, ZERO } from '../../values/money.ts';
import type { Day } from '../../values/time.ts';
import { createAddresseeReader } from './addressees.ts';
import type { Book } from './book.ts';
import type { BudgetWarnings } from './budget-warnings.ts';
import type { BudgetStore } from './budgets.ts';
import type { Campaigns } from './campaigns.ts';
import type { ClosingReader } from './closings.ts';
import type { Sqlite } from './database.ts';
import { createKeptReader, findByChosenKey } from './kept.ts';
import type { PriceStore } from './prices.ts';
import type { QuietStore } from './quiet.ts';
import type { ReachKeeper } from './reach.ts';
import type { SenderStore } from './senders.ts';
import type { TemplateStore } from './templates.ts';

type AdmitParts = {
  readonly sqlite: Sqlite;
  readonly book: Book;
  readonly prices: PriceStore;
  readonly senders: SenderStore;
  readonly templates: TemplateStore;
  readonly budgets: BudgetStore;
  readonly warnings: BudgetWarnings;
  readonly reach: Pick<ReachKeeper, 'newcomers'>;
  readonly quiet: QuietStore;
  readonly campaigns: Campaigns;
  readonly closings: ClosingReader;
};

const INSERT_MESSAGE = /* sql */ `
  INSERT INTO message (id, sender_id, contact_id, template_id, campaign_id, run_id, key, alias_key, fingerprint, category, state, reason, price, held,
    hold_bucket_id, not_before, expires_at, created_at, changed_at, attempt, retry_of, confirms, max_price)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)`;

const INSERT_CONTENT = /* sql */ `
  INSERT INTO message_content (message_id, content) VALUES (?, ?)`;

const INSERT_TAG = /* sql */ `
  INSERT OR IGNORE INTO message_tag (message_id, tag) VALUES (?, ?)`;

const TAKE_UP = /* sql */ `
  UPDATE message SET run_id = ? WHERE id = ? AND (state = 'queued' OR state = 'scheduled')`;

const FIND_CAMPAIGN = /* sql */ `
  SELECT id FROM campaign WHERE sender_id = ? AND name = ?`;

const INSERT_CAMPAIGN = /* sql */ `
  INSERT INTO campaign (id, sender_id, name, created_at) VALUES (?, ?, ?, ?)`;

const INSERT_RUN = /* sql */ `
  INSERT INTO run (campaign_id, started_at, source, admitted_at) VALUES (?, ?, ?, ?)`;

const CLOSE_RUN = /* sql */ `
  UPDATE run SET admitted_at = ? WHERE id = ?`;

// A message that went to a number is found under the id of its person too, once somebody named them so. Another one of theirs may have that alias already; and
// a message to their number from before it was theirs has another person, who keeps it.
const LEARN_ALIAS = /* sql */ `
  UPDATE OR IGNORE message SET alias_key = ?
  WHERE id = ? AND alias_key IS NULL AND ? IN (contact_id, (SELECT merged_into FROM contact WHERE id = message.contact_id))`;

/** The admit slice of the port. */
export function createAdmitStore(parts: AdmitParts): AdmitStore {
  const { sqlite } = parts;
  const findCampaign = (senderId: SenderId, name: string): CampaignId | null =>
    (sqlite.prepare(FIND_CAMPAIGN).pluck().get(senderId, name) as CampaignId | undefined) ?? null;
  return {
    findCampaign: async ({ senderId, name }) => sqlite.query(() => findCampaign(senderId, name)),
    findKeys: async ({ senderId, keys }) => sqlite.read(() => keys.map((key) => findByChosenKey(sqlite, senderId, key))),
    openRun: async ({ id, senderId, campaign, source = null, at }) =>
      sqlite.write((): Run => {
        const campaignId = findCampaign(senderId, campaign) ?? id;
        if (campaignId === id) sqlite.prepare(INSERT_CAMPAIGN).run(id, senderId, campaign, at);
        parts.campaigns.refuseCancelled(campaignId);
        const { lastInsertRowid } = sqlite.prepare(INSERT_RUN).run(campaignId, at, source, source === null ? at : null);
        return { runId: Number(lastInsertRowid), campaignId };
      }),
    closeRun: async ({ runId, at }) => sqlite.write(() => void sqlite.prepare(CLOSE_RUN).run(at, runId)),
    admit: async (batch, decide) => {
      assert(batch.requests.length <= BATCH_MAX, `at most ${BATCH_MAX} requests in a batch`);
      return batch.mode === 'commit'
        ? sqlite.write(() => decideAndWrite(parts, batch, decide))
        : sqlite.read(() => summarise(batch, decide(loadFacts(parts, batch)), []));
    },
  };
}

type Decided = ReturnType<DecideAdmissions>;

function decideAndWrite(parts: AdmitParts, batch: AdmitBatch, decide: DecideAdmissions): Admitted {
  const facts = loadFacts(parts, batch);
  const decided = decide(facts);
  const admitted = decided.admissions.filter((admission) => admission.kind === 'admitted').map(({ message }) => message);
  writeMessages(parts, batch, admitted);
  takeUp(parts.sqlite, batch, decided.admissions);
  learnAliases(parts.sqlite, facts, decided.admissions);
  parts.book.post(admitted.map(({ reservation }) => reservation));
  return summarise(batch, decided, parts.warnings.record(decided.budgets, batch.at));
}

function takeUp(sqlite: Sqlite, { runId }: AdmitBatch, admissions: Decided['admissions']): void {
  if (runId === null) return;
  for (const admission of admissions) {
    if (admission.kind === 'duplicate' && admission.resumable) sqlite.prepare(TAKE_UP).run(runId, admission.kept.id);
  }
}

function learnAliases(sqlite: Sqlite, { requests }: AdmissionFacts, admissions: Decided['admissions']): void {
  for (const [index, admission] of admissions.entries()) {
    const asked = requests[index];
    if (admission.kind !== 'duplicate' || asked === undefined) continue;
    const alias = aliasOf(asked.request);
    if (alias !== null) sqlite.prepare(LEARN_ALIAS).run(alias, admission.kept.id, asked.addressee?.contactId ?? null);
  }
}

// Another batch of a preview may be for other days than this one.
function summarise({ spent }: AdmitBatch, { admissions, budgets }: Decided, warnings: Admitted['warnings']): Admitted {
  return { admissions, spent: new Map([...spent, ...budgets.map((use) => [useKey(use), use.used] as const)]), warnings };
}

function loadFacts(parts: AdmitParts, batch: AdmitBatch): AdmissionFacts {
  parts.campaigns.refuseCancelled(batch.campaignId);
  const sender = parts.senders.byId(batch.senderId);
  const quietHours = parts.quiet.of(sender.id);
  const addresseeOf = createAddresseeReader(parts, { ...batch, asksForZone: !quietHours.isEmpty });
  const keptOf = createKeptReader(parts, batch);
  const closedThrough = parts.closings.closedThrough(sender.id);
  const days = daysOf(batch, { at: batch.at, timeZone: sender.timeZone, closedThrough });
  const uses = days.flatMap((day) => parts.budgets.uses(sender, day, batch.campaignId));
  return {
    at: batch.at,
    sender,
    campaignId: batch.campaignId,
    runId: batch.runId,
    templates: batch.template === null ? null : parts.templates.current(sender.id, batch.template),
    prices: parts.prices.book(),
    quietHours,
    closedThrough,
    budgets: [...new Map(uses.map((use) => [useKey(use), use])).values()].map((use) => atLeast(use, batch.spent)),
    requests: batch.requests.map((request) => {
      const addressee = addresseeOf(request);
      return { request, addressee, kept: keptOf(request, addressee?.contactId ?? null) };
    }),
  };
}

// The days on which the messages of a batch are reserved: budgets count them there.
function daysOf({ at, requests }: AdmitBatch, booked: BookingFacts): readonly Day[] {
  const moments = new Set(requests.map(({ timing }) => dueAt((timing ?? AT_ONCE).sendAt, at)));
  return [...new Set(Array.from(moments, (moment) => bookingAt(moment, booked).day))];
}

// A preview has written nothing: what its earlier batches would have used comes with the batch.
function atLeast(use: BudgetUse, spent: ReadonlyMap<string, Micros>): BudgetUse {
  const carried = spent.get(useKey(use)) ?? ZERO;
  return carried > use.used ? { ...use, used: carried } : use;
}

function writeMessages({ sqlite, book }: AdmitParts, batch: AdmitBatch, messages: readonly AdmittedMessage[]): void {
  const insertMessage = sqlite.prepare(INSERT_MESSAGE);
  const insertContent = sqlite.prepare(INSERT_CONTENT);
  const bucketIds = new Map<AdmittedMessage['bucket'], number>();
  for (const message of messages) {
    const { request, bucket } = message;
    const bucketId = bucketIds.get(bucket) ?? book.bucketId(bucket);
    bucketIds.set(bucket, bucketId);
    insertMessage.run(
      request.id,
      batch.senderId,
      message.contactId,
      message.template?.id ?? null,
      batch.campaignId,
      batch.runId,
      request.key === null ? null : placedKey(request.key, message.contactId),
      aliasOf(request),
      request.fingerprint,
      message.category,
      message.dueAt === null ? 'queued' : 'scheduled',
      message.isHeld ? 'quiet_hours' : null,
      message.price,
      message.price,
      bucketId,
      message.dueAt ?? batch.at,
      message.expiresAt,
      batch.at,
      batch.at,
      request.retryOf,
      request.confirms,
      request.maxPrice,
    );
    insertContent.run(request.id, request.content);
    for (const tag of request.tags) sqlite.prepare(INSERT_TAG).run(request.id, tag);
  }
}

// A key that the user chose is the same whatever the person is called.
function aliasOf({ key, aliases: [first] }: AdmitRequest): Uint8Array | null {
  return first === undefined || key === null || Buffer.compare(first.key, key) === 0 ? null : first.key;
}
