// The exam that every engine sits. Each slice of the port has a file of its own beside this one; to add one, write `examX(exam)` and name
// it in SLICES. Cases use the port alone.

import { afterEach, describe, it } from 'vitest';
import type { Store } from '../../../src/ports/store.ts';
import { examAdmit } from './admit.ts';
import { examAllowance } from './allowance.ts';
import { examAudit } from './audit.ts';
import { examAuthInternational } from './auth-international.ts';
import { examBudgetWarnings } from './budget-warnings.ts';
import { examBudgets } from './budgets.ts';
import { examCampaigns } from './campaigns.ts';
import { examClosing } from './closing.ts';
import { examConcurrency } from './concurrency.ts';
import { examConsent } from './consent.ts';
import { examContacts } from './contacts.ts';
import { examEstimates } from './estimates.ts';
import { examEvidence } from './evidence.ts';
import { examDerivedKeys } from './derived-keys.ts';
import { examDiscrepancies } from './discrepancies.ts';
import { examFacts } from './facts.ts';
import { examHealth } from './health.ts';
import { examInbound } from './inbound.ts';
import { examMessages } from './messages.ts';
import { examOrder } from './order.ts';
import { examOutbox } from './outbox.ts';
import { examPace } from './pace.ts';
import { examPeople } from './people.ts';
import { examPrices } from './prices.ts';
import { examQuiet } from './quiet.ts';
import { examReach } from './reach.ts';
import { examRebooking } from './rebooking.ts';
import { examReconcile } from './reconcile.ts';
import { examReport } from './report.ts';
import { examSchedule } from './schedule.ts';
import { examSenders } from './senders.ts';
import { examSettle } from './settle.ts';
import { examStatuses } from './statuses.ts';
import { examStops } from './stops.ts';
import { examBids } from './bids.ts';
import { examTemplateChanges } from './template-changes.ts';
import { examTemplates } from './templates.ts';

/** An engine's own store, new and empty. */
export type OpenedStore = {
  readonly store: Store;
  /** Opens the same store once more, as another process would. Asked only where the engine has `several_connections`. */
  readonly connect: () => Promise<Store>;
  /** What `--db` would say to open it from another process. Asked only where the engine has `several_processes`. */
  readonly place: string;
  /** Closes what `connect` opened too, and leaves nothing behind. */
  readonly close: () => Promise<void>;
};

/** What an engine can do that others cannot; cases that need more are skipped, and the skip is printed. */
export type Capability = 'several_connections' | 'several_processes';

export type Exam = {
  /** A new, empty store; closed after the case. */
  readonly open: () => Promise<OpenedStore>;
  /** `it` for cases that need a capability. */
  readonly needs: (capability: Capability) => typeof it | typeof it.skip;
};

const SLICES: Readonly<Record<string, (exam: Exam) => void>> = {
  senders: examSenders,
  prices: examPrices,
  templates: examTemplates,
  bids: examBids,
  template_changes: examTemplateChanges,
  contacts: examContacts,
  consent: examConsent,
  stops: examStops,
  budgets: examBudgets,
  budget_warnings: examBudgetWarnings,
  messages: examMessages,
  evidence: examEvidence,
  admit: examAdmit,
  derived_keys: examDerivedKeys,
  estimates: examEstimates,
  outbox: examOutbox,
  order: examOrder,
  schedule: examSchedule,
  quiet_hours: examQuiet,
  pace: examPace,
  reach: examReach,
  'auth-international': examAuthInternational,
  campaigns: examCampaigns,
  settle: examSettle,
  allowance: examAllowance,
  statuses: examStatuses,
  facts: examFacts,
  inbound: examInbound,
  people: examPeople,
  report: examReport,
  discrepancies: examDiscrepancies,
  health: examHealth,
  closing: examClosing,
  rebooking: examRebooking,
  reconcile: examReconcile,
  audit: examAudit,
  concurrency: examConcurrency,
};

/** Runs the exam on stores that `open` makes. */
export function storeConformance(name: string, open: () => Promise<OpenedStore>, capabilities: readonly Capability[]): void {
  describe.each([name])('%s', () => {
    const opened: OpenedStore[] = [];
    afterEach(async () => {
      for (const { close } of opened.splice(0)) await close();
    });
    const exam: Exam = {
      open: async () => {
        const store = await open();
        opened.push(store);
        return store;
      },
      needs: (capability) => (capabilities.includes(capability) ? it : it.skip),
    };
    describe.each(Object.entries(SLICES))('%s', (_slice, run) => {
      run(exam);
    });
  });
}
