// The routes of the Graph API: which path does what. What the answers say is decided elsewhere; sending and files, whose answers are special, too.

import { type Answer, asObject, asText, type Json, missing, ok, refusal } from './answer.ts';
import { pricingAnalytics } from './analytics.ts';
import { listBlocked, setBlocked } from './block-list.ts';
import { parseFields, project } from './fields.ts';
import { historyEvents, messageHistory } from './history.ts';
import { mediaNode } from './media.ts';
import { ACCOUNT_FIELDS, accountNode, NUMBER_FIELDS, numberNode, TEMPLATE_FIELDS, templateNode, tokenNode } from './nodes.ts';
import { pageOf } from './paging.ts';
import { createTemplate, deleteTemplates, editTemplate, unpauseTemplate } from './template-changes.ts';
import type { World } from './world.ts';

export type GraphRequest = {
  /** The first part of the path below the version. */
  readonly id: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Json;
  readonly url: string;
  /** Where this emulator is reached. */
  readonly baseUrl: string;
};

type Handle = (world: World, request: GraphRequest) => Answer;

type Route = { readonly method: 'GET' | 'POST' | 'DELETE'; readonly path: string; readonly handle: Handle };

/** Error 33: there is nothing of that id, or it cannot do that. */
export function unknownObject(id: string): Answer {
  const message = `Unsupported request. Object with ID '${id}' does not exist, or does not support this operation`;
  return refusal(33, null, { message });
}

const ofNumber =
  (handle: Handle): Handle =>
  (world, request) =>
    request.id === world.identity.phoneNumberId ? handle(world, request) : unknownObject(request.id);

const ofAccount =
  (handle: Handle): Handle =>
  (world, request) =>
    request.id === world.identity.wabaId ? handle(world, request) : unknownObject(request.id);

const pageRequest = ({ query, url }: GraphRequest) => ({ limit: query['limit'], after: query['after'], before: query['before'], url });

const TEMPLATE_PAGE_MAX = 1_000;

const listTemplates: Handle = (world, request) => {
  const { query } = request;
  const templates = world.templates
    .all()
    .filter((template) =>
      (['status', 'category', 'language', 'name'] as const).every((key) => query[key] === undefined || query[key] === template[key]),
    )
    .toReversed(); // newest first
  return pageOf(templates, pageRequest(request), {
    keyOf: ({ id }) => id,
    limitMax: TEMPLATE_PAGE_MAX,
    toJson: (template) => project(templateNode(template), query['fields'], TEMPLATE_FIELDS),
  });
};

const getNode: Handle = (world, { id, query, baseUrl }) => {
  const { identity, timeline } = world;
  if (id === identity.phoneNumberId) return ok(project(numberNode(world), query['fields'], NUMBER_FIELDS));
  if (id === identity.wabaId) return accountAnswer(world, query['fields']);
  const template = world.templates.get(id);
  if (template !== undefined) return ok(project(templateNode(template), query['fields'], TEMPLATE_FIELDS));
  const file = world.media.get(id, timeline.now());
  return file === undefined ? unknownObject(id) : mediaNode(file, baseUrl, timeline.now());
};

function accountAnswer(world: World, fields: string | undefined): Answer {
  const node = project(accountNode(world), fields, ACCOUNT_FIELDS);
  const analytics = parseFields(fields ?? '').find(({ name }) => name === 'pricing_analytics');
  if (analytics === undefined) return ok(node);
  const result = pricingAnalytics(world, analytics);
  return 'status' in result && 'body' in result ? (result as Answer) : ok({ pricing_analytics: result, ...node });
}

const postNode: Handle = (world, { id, body }) => {
  if (id === world.identity.phoneNumberId) return setOverride(world, asObject(body['webhook_configuration']));
  const template = world.templates.get(id);
  return template === undefined ? unknownObject(id) : editTemplate(world, template, body);
};

// An override of the callback for this number or account: there is but one receiver here, so it takes its place.
function setOverride(world: World, configuration: Json | null): Answer {
  const url = asText(configuration?.['override_callback_uri']);
  if (url !== null && !/^https?:\/\/\S+$/.test(url)) return refusal(100, 'Param override_callback_uri must be a URL.');
  if (url !== null) world.webhooks.setUrl(url);
  return ok({ success: true });
}

const deleteNode: Handle = (world, { id }) => (world.media.remove(id) ? ok({ success: true }) : unknownObject(id));

const subscribedApps: Handle = (world) => {
  const { identity, webhooks } = world;
  const url = webhooks.summary()['url'];
  const data =
    url === null ? [] : [{ whatsapp_business_api_data: { id: identity.appId, name: identity.verifiedName }, override_callback_uri: url }];
  return ok({ data });
};

const unsubscribe: Handle = (world) => {
  world.webhooks.setUrl(null);
  return ok({ success: true });
};

const events: Handle = (world, request) =>
  historyEvents(world, request.id, { ...pageRequest(request), status: request.query['status_filter'] }) ?? unknownObject(request.id);

const unpause: Handle = (world, { id }) => {
  const template = world.templates.get(id);
  return template === undefined ? unknownObject(id) : unpauseTemplate(world, template);
};

/** `:id` is the first part of a path. */
export const GRAPH_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/debug_token',
    handle: (world, { query }) =>
      query['input_token'] === undefined ? missing('input_token') : ok(tokenNode(world, query['input_token'])),
  },
  { method: 'POST', path: '/:id/block_users', handle: ofNumber((world, { body }) => setBlocked(world, body, true)) },
  { method: 'DELETE', path: '/:id/block_users', handle: ofNumber((world, { body }) => setBlocked(world, body, false)) },
  { method: 'GET', path: '/:id/block_users', handle: ofNumber((world, request) => listBlocked(world, pageRequest(request))) },
  {
    method: 'GET',
    path: '/:id/message_history',
    handle: ofNumber((world, request) =>
      messageHistory(world, { ...pageRequest(request), messageId: request.query['message_id'], fields: request.query['fields'] }),
    ),
  },
  { method: 'GET', path: '/:id/events', handle: events },
  { method: 'GET', path: '/:id/message_templates', handle: ofAccount(listTemplates) },
  { method: 'POST', path: '/:id/message_templates', handle: ofAccount((world, { body }) => createTemplate(world, body)) },
  { method: 'DELETE', path: '/:id/message_templates', handle: ofAccount((world, { query }) => deleteTemplates(world, query)) },
  {
    method: 'GET',
    path: '/:id/phone_numbers',
    handle: ofAccount((world, request) =>
      pageOf([numberNode(world)], pageRequest(request), {
        keyOf: ({ id }) => String(id),
        limitMax: TEMPLATE_PAGE_MAX,
        toJson: (node) => project(node, request.query['fields'], NUMBER_FIELDS),
      }),
    ),
  },
  { method: 'GET', path: '/:id/subscribed_apps', handle: ofAccount(subscribedApps) },
  { method: 'POST', path: '/:id/subscribed_apps', handle: ofAccount((world, { body }) => setOverride(world, body)) },
  { method: 'DELETE', path: '/:id/subscribed_apps', handle: ofAccount(unsubscribe) },
  { method: 'POST', path: '/:id/unpause', handle: unpause },
  { method: 'GET', path: '/:id', handle: getNode },
  { method: 'POST', path: '/:id', handle: postNode },
  { method: 'DELETE', path: '/:id', handle: deleteNode },
];
