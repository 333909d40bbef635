// What the provider told of volume tiers that were reached, on SQLite: kept webhooks of the account, read when somebody asks where a month stands.

import type { Sender } from '../../domain/sender.ts';
import type { ToldTier } from '../../ports/store/tiers.ts';
import type { Instant, Month } from '../../values/time.ts';
import type { Sqlite } from './database.ts';

const TOLD = /* sql */ `
  SELECT DISTINCT json_extract(body, '$.value.volume_tier_info.region'), json_extract(body, '$.value.volume_tier_info.pricing_category'),
    json_extract(body, '$.value.volume_tier_info.tier')
  FROM inbound_event
  WHERE kind = 'account' AND sender_id IN (SELECT id FROM sender WHERE account_id = @account AND currency = @currency)
    AND json_extract(body, '$.value.event') = 'VOLUME_BASED_PRICING_TIER_UPDATE'
    AND json_extract(body, '$.value.volume_tier_info.effective_month') = @month AND (@asOf IS NULL OR received_at <= @asOf)`;

/** The tiers of a month that the provider told of, as it wrote them. Call it inside a transaction. */
export function toldTiers(
  sqlite: Sqlite,
  { accountId, currency }: Pick<Sender, 'accountId' | 'currency'>,
  { month, asOf }: { readonly month: Month; readonly asOf: Instant | null },
): readonly ToldTier[] {
  const rows = sqlite.prepare(TOLD).raw().all({ account: accountId, currency, month, asOf }) as readonly (readonly unknown[])[];
  return rows.map(([region, category, tier]) => ({ region: String(region), category: String(category), tier: String(tier) }));
}
