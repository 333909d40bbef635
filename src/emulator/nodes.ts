// What the emulator tells of its own objects when they are asked for with `fields`: the number, the account, a template, the token.

import { BID_STRATEGY } from '../domain/bid.ts';
import type { TemplateContent } from '../domain/template.ts';
import type { Json } from './answer.ts';
import type { StoredTemplate } from './templates.ts';
import { secondsOf } from './webhook-body.ts';
import type { World } from './world.ts';

/** What is told of a number where nothing is named. */
export const NUMBER_FIELDS = [
  'verified_name',
  'code_verification_status',
  'display_phone_number',
  'quality_rating',
  'platform_type',
  'throughput',
];

/** The business's number. */
export function numberNode({ identity, scenario, webhooks }: World): Json {
  const { quality_rating: quality, messaging_limit: limit } = scenario.account;
  const number = identity.displayPhoneNumber;
  return {
    id: identity.phoneNumberId,
    verified_name: identity.verifiedName,
    display_phone_number: number.replace(/^1(\d{3})(\d{3})(\d{4})$/, '+1 $1-$2-$3'),
    code_verification_status: 'VERIFIED',
    name_status: 'APPROVED',
    status: 'CONNECTED',
    account_mode: 'LIVE',
    platform_type: 'CLOUD_API',
    is_official_business_account: false,
    is_pin_enabled: true,
    quality_rating: quality,
    quality_score: { score: quality },
    throughput: { level: scenario.requests_per_second > 80 ? 'HIGH' : 'STANDARD' },
    messaging_limit_tier: limit,
    whatsapp_business_manager_messaging_limit: limit,
    webhook_configuration: { application: webhooks.summary()['url'] ?? undefined },
    health_status: healthOf(scenario.account.can_send_message, [
      ['PHONE_NUMBER', identity.phoneNumberId],
      ['WABA', identity.wabaId],
      ['APP', identity.appId],
    ]),
  };
}

/** What is told of the account where nothing is named. */
export const ACCOUNT_FIELDS = ['name', 'timezone_id', 'message_template_namespace'];

/** The WhatsApp business account. A payment method shows in `primary_funding_id`; without one it has none. */
export function accountNode({ identity, scenario }: World): Json {
  const { account } = scenario;
  return {
    id: identity.wabaId,
    name: identity.verifiedName,
    currency: account.currency,
    timezone_id: account.time_zone,
    message_template_namespace: `ns_${identity.wabaId}`,
    account_review_status: 'APPROVED',
    business_verification_status: 'verified',
    country: 'US',
    ownership_type: 'SELF',
    status: 'ACTIVE',
    primary_funding_id: account.payment_method ? '2401234567890123' : undefined,
    whatsapp_business_manager_messaging_limit: account.messaging_limit,
    auth_international_rate_eligibility: account.auth_international_rate_eligibility,
    health_status: healthOf(account.can_send_message, [
      ['WABA', identity.wabaId],
      ['APP', identity.appId],
    ]),
  };
}

/** A template, as lists and single look-ups give it. */
export function templateNode(template: StoredTemplate): Json {
  const { content } = template;
  return {
    name: template.name,
    parameter_format: content.parameterFormat.toUpperCase(),
    components: template.components.map(readBack),
    language: template.language,
    status: template.status,
    category: template.category,
    previous_category: template.previousCategory ?? undefined,
    correct_category: template.correctCategory ?? undefined,
    quality_score: { score: template.quality, date: secondsOf(template.createdAt) },
    rejected_reason: template.rejectedReason,
    message_send_ttl_seconds: content.ttlSeconds ?? undefined,
    optimization_spec: bidNode(content),
    health_status: healthOf(template.status === 'APPROVED' ? 'AVAILABLE' : 'BLOCKED', [['MESSAGE_TEMPLATE', template.id]]),
    id: template.id,
  };
}

/** What a template bids, as it is created with it and given back; undefined where it bids nothing. */
export function bidNode({ bidAmount }: Pick<TemplateContent, 'bidAmount'>): Json | undefined {
  return bidAmount === null ? undefined : { bid_amount: bidAmount, bid_strategy: BID_STRATEGY };
}

/** What is told of a template where nothing is named. */
export const TEMPLATE_FIELDS = [
  'name',
  'parameter_format',
  'components',
  'language',
  'status',
  'category',
  'previous_category',
  'message_send_ttl_seconds',
  'optimization_spec',
];

/** What `debug_token` says of a token. */
export function tokenNode({ identity }: World, token: string): Json {
  const isValid = token === identity.accessToken;
  const scopes = ['whatsapp_business_management', 'whatsapp_business_messaging'];
  return {
    data: isValid
      ? {
          app_id: identity.appId,
          type: 'SYSTEM_USER',
          application: identity.verifiedName,
          data_access_expires_at: 0,
          expires_at: 0,
          is_valid: true,
          scopes,
          granular_scopes: scopes.map((scope) => ({ scope, target_ids: [identity.wabaId] })),
          user_id: '122100000000000001',
        }
      : { is_valid: false, scopes: [], error: { code: 190, message: 'The access token could not be decrypted' } },
  };
}

function healthOf(canSend: string, entities: readonly (readonly [string, string])[]): Json {
  return {
    can_send_message: canSend,
    entities: entities.map(([type, id]) => ({ entity_type: type, id, can_send_message: canSend })),
  };
}

// The code button of an authentication template comes back as a URL button.
function readBack(component: Json): Json {
  const buttons = component['buttons'];
  if (!Array.isArray(buttons)) return component;
  return {
    ...component,
    buttons: (buttons as readonly Json[]).map((button) =>
      button['type'] === 'OTP'
        ? {
            type: 'URL',
            text: button['text'] ?? 'Copy code',
            url: 'https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}',
            example: ['https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp123456'],
          }
        : button,
    ),
  };
}
