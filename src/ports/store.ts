// The store, whole. Each consumer names only the slice that it needs.

import type { AdmitStore } from './store/admit.ts';
import type { AuditStore } from './store/audit.ts';
import type { CampaignStore } from './store/campaigns.ts';
import type { ClosingStore } from './store/closing.ts';
import type { DirectoryStore } from './store/directory.ts';
import type { EvidenceStore } from './store/evidence.ts';
import type { HealthStore } from './store/health.ts';
import type { InboundStore } from './store/inbound.ts';
import type { OutboxStore } from './store/outbox.ts';
import type { ReachStore } from './store/reach.ts';
import type { ReconcileStore } from './store/reconcile.ts';
import type { ReportStore } from './store/report.ts';
import type { SettleStore } from './store/settle.ts';
import type { TemplateStore } from './store/templates.ts';
import type { TierStore } from './store/tiers.ts';
import type { WarningStore } from './store/warnings.ts';

/**
 * Batches in, one result per item out, in order. Every operation is one whole transaction; no transaction crosses this line. Times are parameters:
 * no engine reads a clock. Every operation may throw `store_busy`, `store_full` or `store_invalid`.
 */
export type Store = AdmitStore &
  CampaignStore &
  OutboxStore &
  SettleStore &
  InboundStore &
  DirectoryStore &
  TemplateStore &
  ReportStore &
  HealthStore &
  EvidenceStore &
  ClosingStore &
  TierStore &
  WarningStore &
  ReachStore &
  ReconcileStore &
  AuditStore & {
    /** Gives up this process's sign of life and closes the files. */
    readonly close: () => Promise<void>;
  };
