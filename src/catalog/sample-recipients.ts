// The demo's people: 1,000 recipients in 12 countries, always the same, with what goes wrong in real lists: no consent, stops, blocks,
// mistyped numbers, and names that try to act on a terminal or a spreadsheet. No number belongs to anyone: each is in a block that its
// country reserves for films and books, or in one that its numbering plan does not assign (national numbers that begin with 000).

import { assert } from '../errors.ts';
import { parsePhone } from '../values/phone.ts';

/** What the demo does with a contact before it sends. */
export type SampleStanding = 'opted_in' | 'no_consent' | 'opted_out' | 'blocked';

export type SampleContact = {
  readonly phone: string;
  readonly name: string;
  readonly language: 'en_US' | 'de' | 'es';
  readonly standing: SampleStanding;
};

type Country = {
  /** Recipients in a thousand. */
  readonly share: number;
  readonly language: SampleContact['language'];
  /** Beginnings of its numbers, used in turn. */
  readonly blocks: readonly string[];
  /** The digits that follow a block in its first number; the next numbers count on. They stay clear of the endings that mean something. */
  readonly first: string;
  /** Given names, then family names, of one script. */
  readonly names: readonly (readonly [string, string])[];
};

type Recipient = { readonly to: string; readonly order: string } & Omit<SampleContact, 'phone'>;

const RECIPIENTS = 1_000;
const IN_USA = ['212', '312', '415', '617', '702', '808', '907'];

// Reserved for media: Germany (BNetzA, notice 148/2021), USA and Dominican Republic 555-01xx (NANPA), United Kingdom 7700 900xxx (Ofcom),
// France 6 39 98 (ARCEP). Not assigned: Kazakhstan 790, and 000 elsewhere.
const COUNTRIES: readonly Country[] = [
  {
    share: 190,
    language: 'de',
    blocks: ['+493023125', '+496990009', '+494066969', '+492214710', '+498999998'],
    first: '100',
    names: [['Anke Jürgen Lena Björn Käthe Max Zoë', 'Müller Schäfer Groß Weiß Krüger Öztürk']],
  },
  {
    share: 170,
    language: 'en_US',
    blocks: IN_USA.map((area) => `+1${area}55501`),
    first: '00',
    names: [['Ada Miles Grace Walt Toni Ralph Maya', "Johnson O'Brien Washington Nguyen Garcia Begay"]],
  },
  {
    share: 140,
    language: 'en_US',
    blocks: ['+550000000'],
    first: '1000',
    names: [['João Conceição Antônio Inês Luíza Caetano', 'Gonçalves Araújo Ribeiro Assunção Magalhães']],
  },
  {
    share: 120,
    language: 'en_US',
    blocks: ['+91000000'],
    first: '1000',
    names: [
      ['Priya Arjun Lakshmi Ravi Fatima', 'Sharma Iyer Patel Khan Banerjee Singh'],
      ['प्रिया अर्जुन लक्ष्मी', 'शर्मा पटेल सिंह वर्मा'],
    ],
  },
  {
    share: 80,
    language: 'es',
    blocks: ['+52000000'],
    first: '1000',
    names: [['Guadalupe José Xóchitl Íñigo Ángeles', 'Hernández Núñez Peña López']],
  },
  {
    share: 80,
    language: 'en_US',
    blocks: ['+447700900'],
    first: '100',
    names: [['Siân Callum Aoife Zadie George Amara', 'MacLeod Llewellyn Smythe-Jones Okafor Patel']],
  },
  {
    share: 60,
    language: 'en_US',
    blocks: ['+62000000'],
    first: '1000',
    names: [['Siti Budi Wayan Dewi Agus', 'Wijaya Lestari Nasution Putra']],
  },
  { share: 50, language: 'en_US', blocks: ['+3363998'], first: '1000', names: [['Éloïse François Zoé Benoît', "Lefèvre D'Arc Hébert"]] },
  { share: 40, language: 'es', blocks: ['+3400000'], first: '1000', names: [['Lucía Íker Núria Begoña', 'Muñoz Ibáñez Puig']] },
  { share: 30, language: 'en_US', blocks: ['+2700000'], first: '1000', names: [['Thandiwe Sipho Annelie', 'Dlamini Nkosi Naidoo Botha']] },
  {
    share: 20,
    language: 'es',
    blocks: ['+180955501', '+182955501', '+184955501'],
    first: '10',
    names: [['Yocasta Ramón Altagracia', 'Peña Báez Polanco Abreu']],
  },
  { share: 20, language: 'en_US', blocks: ['+7790000'], first: '1000', names: [['Айгүл Нұрлан Әсел Ержан', 'Қасым Өтеген Жұмабай']] },
];

// The last four digits that choose an outcome in the sandbox: delivered and read, delivered, rejected at once, failed later, throttled
// first. The endings whose outcome stays open are left out, so that the demo ends clean. One is throttled and no more: each refusal makes the
// number wait for a second and halves its rate; five took it from 1,000 messages a second to some 230.
const [DELIVERED, THROTTLED] = ['0001', '0005'] as const;
const MAGIC_ENDINGS = ['0000', DELIVERED, '0002', '0003', THROTTLED];
const MAGIC_COUNTRIES = COUNTRIES.filter(({ blocks }) => blocks[0]?.endsWith('000'));
const MAGIC_PLACES = { from: 107, to: 132 };

const INVALID_NUMBERS = (
  '030 23125 100|+49 30|12125550123|00447700900123|+999 123 456 789|+44 7700 900 abc|' +
  'not a number|+49302312510012345|+0123456789|n/a|+1|+210 555 0100'
).split('|');

// They do no harm: the first would be a formula in a spreadsheet, the second would turn a terminal red.
const HOSTILE_NAMES = ['=HYPERLINK("https://example.com","Bonus")', '\u001b[31mMallory\u001b[0m'];
const HOSTILE_PLACE = 200;

/** Who is who, for the contact list: everyone whose number can be read, with the consent that the demo gives or takes. */
export function sampleContacts(): readonly SampleContact[] {
  return recipients()
    .filter(({ to }) => parsePhone(to) !== undefined)
    .map(({ to, name, language, standing }) => ({ phone: to, name, language, standing }));
}

/** The list to send to, as CSV: `to`, and the parameters `name` and `order` of the template order_shipped. Some numbers are invalid. */
export function sampleRecipientsCsv(): string {
  const rows = recipients().map(({ to, name, order }) => `${[to, name, order].map(toCell).join(',')}\n`);
  return `to,name,order\n${rows.join('')}`;
}

// Fixed shuffles instead of randomness: 7,919 and 387 share no divisor with 1,000, so every place occurs once. One place decides what is
// special about a recipient, the other the country.
function recipients(): readonly Recipient[] {
  const thousand = COUNTRIES.flatMap((country) => Array.from({ length: country.share }, () => country));
  const counts = new Map<Country, number>();
  return Array.from({ length: RECIPIENTS }, (_, index) => {
    const place = (index * 7_919 + 501) % RECIPIENTS;
    const isMagic = place >= MAGIC_PLACES.from && place < MAGIC_PLACES.to;
    const country = isMagic ? MAGIC_COUNTRIES[place % MAGIC_COUNTRIES.length] : thousand[(index * 387 + 77) % RECIPIENTS];
    assert(country !== undefined, 'the shares of the sample countries do not add up to a thousand');
    const count = counts.get(country) ?? 0;
    counts.set(country, count + 1);
    return {
      to: INVALID_NUMBERS[place] ?? (isMagic ? magicNumber(country, place - MAGIC_PLACES.from) : plainNumber(country, count)),
      name: HOSTILE_NAMES[place - HOSTILE_PLACE] ?? nameOf(country, count),
      order: `A-${100_001 + index * 7}`,
      language: country.language,
      standing: standingAt(place),
    };
  });
}

function plainNumber({ blocks, first }: Country, count: number): string {
  const digits = Number(first) + Math.floor(count / blocks.length);
  return `${blocks[count % blocks.length] ?? ''}${String(digits).padStart(first.length, '0')}`;
}

// The last digit of the block counts, so that one ending occurs with several numbers.
function magicNumber({ blocks }: Country, count: number): string {
  const block = blocks[0] ?? '';
  const round = Math.floor(count / MAGIC_ENDINGS.length) + 1;
  const ending = MAGIC_ENDINGS[count % MAGIC_ENDINGS.length] ?? '';
  return `${block.slice(0, -1)}${round}${ending === THROTTLED && round > 1 ? DELIVERED : ending}`;
}

function nameOf({ names }: Country, count: number): string {
  const [given = '', family = ''] = names[count % names.length] ?? [];
  const turn = Math.floor(count / names.length);
  return `${pick(given, turn)} ${pick(family, turn * 5)}`;
}

// One further after each round, so that lists of the same length do not always meet at the same pairs.
function pick(words: string, turn: number): string {
  const list = words.split(' ');
  return list[(turn + Math.floor(turn / list.length)) % list.length] ?? '';
}

function standingAt(place: number): SampleStanding {
  if (place < 62) return 'no_consent';
  if (place < 92) return 'opted_out';
  return place < MAGIC_PLACES.from ? 'blocked' : 'opted_in';
}

function toCell(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
