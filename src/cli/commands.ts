// The table of commands, in the order of the help. To add one: its file in commands/, and one line here.

import { BOOK_FORMATS, FORMATS } from '../config.ts';
import type { CommandEntry } from './command.ts';

export const COMMANDS: readonly CommandEntry[] = [
  {
    path: 'init',
    summary: 'set up a sender, a template and a first contact',
    load: async () => (await import('./commands/init.ts')).defineInit,
  },
  {
    path: 'send',
    summary: 'send a notification to one person or to a file of people',
    load: async () => (await import('./commands/send.ts')).defineSend,
  },
  { path: 'dispatch', summary: 'work through the outbox', load: async () => (await import('./commands/dispatch.ts')).defineDispatch },
  {
    path: 'emulator',
    summary: 'a local double of the WhatsApp Cloud API',
    load: async () => (await import('./commands/emulator.ts')).defineEmulator,
  },
  { path: 'serve', summary: 'receive webhooks', load: async () => (await import('./commands/serve.ts')).defineServe },
  {
    path: 'message list',
    summary: 'list messages, newest first',
    load: async () => (await import('./commands/message-list.ts')).defineMessageList,
  },
  {
    path: 'message show',
    summary: 'one message with its ledger entries',
    load: async () => (await import('./commands/message-show.ts')).defineMessageShow,
  },
  {
    path: 'message cancel',
    summary: 'cancel queued messages',
    load: async () => (await import('./commands/message-cancel.ts')).defineMessageCancel,
  },
  {
    path: 'message retry',
    summary: 'send again what surely did not arrive',
    load: async () => (await import('./commands/message-retry.ts')).defineMessageRetry,
  },
  {
    path: 'message resolve',
    summary: 'say what became of a message whose outcome is unknown',
    load: async () => (await import('./commands/message-resolve.ts')).defineMessageResolve,
  },
  {
    path: 'campaign list',
    summary: 'list campaigns and how far they are',
    load: async () => (await import('./commands/campaign-list.ts')).defineCampaignList,
  },
  {
    path: 'campaign show',
    summary: 'one campaign with its runs and its history',
    load: async () => (await import('./commands/campaign-show.ts')).defineCampaignShow,
  },
  {
    path: 'campaign pause',
    summary: 'send nothing more of a campaign for now',
    load: async () => (await import('./commands/campaign-pause.ts')).defineCampaignPause,
  },
  {
    path: 'campaign resume',
    summary: 'lift the pause of a campaign and send what is queued of it',
    load: async () => (await import('./commands/campaign-resume.ts')).defineCampaignResume,
  },
  {
    path: 'campaign cancel',
    summary: 'end a campaign for good',
    load: async () => (await import('./commands/campaign-cancel.ts')).defineCampaignCancel,
  },
  {
    path: 'contact add',
    summary: 'add or change a person',
    load: async () => (await import('./commands/contact-add.ts')).defineContactAdd,
  },
  {
    path: 'contact import',
    summary: 'add or change people from a file',
    load: async () => (await import('./commands/contact-import.ts')).defineContactImport,
  },
  {
    path: 'contact list',
    summary: 'list people with their consent',
    load: async () => (await import('./commands/contact-list.ts')).defineContactList,
  },
  {
    path: 'contact show',
    summary: 'one person with their consent',
    load: async () => (await import('./commands/contact-show.ts')).defineContactShow,
  },
  { path: 'opt-in', summary: 'record that a person agreed', load: async () => (await import('./commands/opt-in.ts')).defineOptIn },
  {
    path: 'opt-out',
    summary: 'record that a person wants no more',
    load: async () => (await import('./commands/opt-out.ts')).defineOptOut,
  },
  {
    path: 'consent show',
    summary: 'the history of one person, as proof',
    load: async () => (await import('./commands/consent-show.ts')).defineConsentShow,
  },
  { path: 'block', summary: 'stop everything to a person', load: async () => (await import('./commands/block.ts')).defineBlock },
  { path: 'unblock', summary: 'lift a block', load: async () => (await import('./commands/unblock.ts')).defineUnblock },
  { path: 'word list', summary: 'list stop and start words', load: async () => (await import('./commands/word-list.ts')).defineWordList },
  { path: 'word add', summary: 'add a stop or start word', load: async () => (await import('./commands/word-add.ts')).defineWordAdd },
  { path: 'word remove', summary: 'take an own word back', load: async () => (await import('./commands/word-remove.ts')).defineWordRemove },
  {
    path: 'review list',
    summary: 'list what may be a stop and waits for a decision',
    load: async () => (await import('./commands/review-list.ts')).defineReviewList,
  },
  {
    path: 'review close',
    summary: 'decide what may be a stop',
    load: async () => (await import('./commands/review-close.ts')).defineReviewClose,
  },
  {
    path: 'template add',
    summary: 'add a template from a file',
    load: async () => (await import('./commands/template-add.ts')).defineTemplateAdd,
  },
  {
    path: 'template sync',
    summary: "take over what the provider says of a sender's templates",
    load: async () => (await import('./commands/template-sync.ts')).defineTemplateSync,
  },
  {
    path: 'template push',
    summary: 'hand templates in at the provider',
    load: async () => (await import('./commands/template-push.ts')).defineTemplatePush,
  },
  { path: 'template list', summary: 'list templates', load: async () => (await import('./commands/template-list.ts')).defineTemplateList },
  {
    path: 'template show',
    summary: 'one template in all its languages',
    load: async () => (await import('./commands/template-show.ts')).defineTemplateShow,
  },
  {
    path: 'template preview',
    summary: 'a template with its parameters filled in',
    load: async () => (await import('./commands/template-preview.ts')).defineTemplatePreview,
  },
  {
    path: 'price builtin',
    summary: 'bring the built-in price cards into the store',
    load: async () => (await import('./commands/price-builtin.ts')).definePriceBuiltin,
  },
  {
    path: 'price import',
    summary: 'add a price card from a file',
    load: async () => (await import('./commands/price-import.ts')).definePriceImport,
  },
  { path: 'price list', summary: 'list price cards', load: async () => (await import('./commands/price-list.ts')).definePriceList },
  { path: 'price show', summary: 'the rates of a card', load: async () => (await import('./commands/price-show.ts')).definePriceShow },
  {
    path: 'price quote',
    summary: 'what a message would cost',
    load: async () => (await import('./commands/price-quote.ts')).definePriceQuote,
  },
  { path: 'sender add', summary: 'add a sender', load: async () => (await import('./commands/sender-add.ts')).defineSenderAdd },
  { path: 'sender list', summary: 'list senders', load: async () => (await import('./commands/sender-list.ts')).defineSenderList },
  { path: 'sender show', summary: 'one sender', load: async () => (await import('./commands/sender-show.ts')).defineSenderShow },
  {
    path: 'sender check',
    summary: 'whether all that a sender needs works',
    load: async () => (await import('./commands/sender-check.ts')).defineSenderCheck,
  },
  {
    path: 'sender default',
    summary: 'choose the sender that acts when none is named',
    load: async () => (await import('./commands/sender-default.ts')).defineSenderDefault,
  },
  {
    path: 'budget set',
    summary: 'cap what a day, a month or a campaign may cost',
    load: async () => (await import('./commands/budget-set.ts')).defineBudgetSet,
  },
  {
    path: 'budget list',
    summary: 'list budgets and what is left of them',
    load: async () => (await import('./commands/budget-list.ts')).defineBudgetList,
  },
  {
    path: 'budget check',
    summary: 'tell once which thresholds of budgets were reached',
    load: async () => (await import('./commands/budget-check.ts')).defineBudgetCheck,
  },
  {
    path: 'budget remove',
    summary: 'take a budget back',
    load: async () => (await import('./commands/budget-remove.ts')).defineBudgetRemove,
  },
  {
    path: 'quiet-hours set',
    summary: 'hold messages while it is quiet where their people are',
    load: async () => (await import('./commands/quiet-hours-set.ts')).defineQuietHoursSet,
  },
  {
    path: 'quiet-hours list',
    summary: 'list quiet hours',
    load: async () => (await import('./commands/quiet-hours-list.ts')).defineQuietHoursList,
  },
  {
    path: 'quiet-hours remove',
    summary: 'take quiet hours back',
    load: async () => (await import('./commands/quiet-hours-remove.ts')).defineQuietHoursRemove,
  },
  {
    path: 'bill-report',
    summary: 'what was sent and what it costs',
    formats: [...FORMATS, ...BOOK_FORMATS],
    load: async () => (await import('./commands/bill-report.ts')).defineBillReport,
  },
  {
    path: 'bill-explain',
    summary: 'why one message costs what it costs',
    load: async () => (await import('./commands/bill-explain.ts')).defineBillExplain,
  },
  {
    path: 'bill-close',
    summary: 'close a month: settle its volume discounts and freeze its lines',
    load: async () => (await import('./commands/bill-close.ts')).defineBillClose,
  },
  {
    path: 'bill-adjust',
    summary: 'add to what a message cost, or take off it, with a reason',
    load: async () => (await import('./commands/bill-adjust.ts')).defineBillAdjust,
  },
  {
    path: 'bill-reconcile',
    summary: 'compare the books with what the provider says it billed, or with its invoice',
    load: async () => (await import('./commands/bill-reconcile.ts')).defineBillReconcile,
  },
  {
    path: 'verify',
    summary: 'whether the books are right',
    load: async () => (await import('./commands/verify.ts')).defineVerify,
  },
  {
    path: 'webhook trigger',
    summary: 'send a signed webhook, for tests',
    load: async () => (await import('./commands/webhook-trigger.ts')).defineWebhookTrigger,
  },
  {
    path: 'doctor',
    summary: 'one screen on the machine, the store and every sender',
    load: async () => (await import('./commands/doctor.ts')).defineDoctor,
  },
  { path: 'demo', summary: 'the whole way in a throw-away store', load: async () => (await import('./commands/demo.ts')).defineDemo },
  {
    path: 'schema',
    summary: "the JSON Schema of a command's output",
    load: async () => (await import('./commands/schema.ts')).defineSchema,
  },
  { path: 'commands', summary: 'the command tree', load: async () => (await import('./commands/commands.ts')).defineCommandsCommand },
];
