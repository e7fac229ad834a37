// What `postroom setup` is to set up, as one file says it; docs/setup.md explains it. Pure.
import { PostroomError, sentenceOf, splitAddress } from '@postroom/sdk';
import { Ajv } from 'ajv';
import { proposalsFor } from './contributedQuestions.js';
import { accountQuestions, type SetupOffer } from './setupOffer.js';

/** The account that is shared: what the commands need by name, and any other property of an account beside it. */
export interface AccountPlan {
  readonly id?: string;
  readonly address: string;
  readonly kind?: string;
  /** How it is collected; without it the default way. */
  readonly via?: string;
  /** At the ISP, for collecting and sending. */
  readonly password?: string;
  readonly [property: string]: unknown;
}

/** An account with all that has to be known of it. */
export interface CompleteAccount extends AccountPlan {
  readonly id: string;
  readonly kind: string;
}

export interface UserPlan {
  readonly name: string;
  readonly password?: string;
  /** Colleagues who always get a copy. */
  readonly cc?: readonly string[];
}

export interface SetupPlan {
  readonly account: AccountPlan;
  readonly users: readonly UserPlan[];
  readonly adminPassword?: string;
  /** Properties of the server, as at the top of settings.json: the timer, the device. */
  readonly settings: Readonly<Record<string, unknown>>;
}

const TEXT = { type: 'string', minLength: 1, maxLength: 1024 } as const;
const FILE_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['account'],
  properties: {
    account: {
      type: 'object',
      required: ['address'],
      properties: { id: TEXT, address: { type: 'string', pattern: '^[^@]+@[^@]+$' }, kind: TEXT, password: TEXT },
    },
    users: {
      type: 'array',
      default: [],
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name'],
        properties: { name: TEXT, password: TEXT, cc: { type: 'array', items: TEXT } },
      },
    },
    adminPassword: TEXT,
    settings: { type: 'object', default: {} },
  },
};

/** An id for an account with that address. */
export function guessId(address: string): string {
  const { domain } = splitAddress(address);
  return (domain.split('.')[0] ?? '').toLowerCase().replace(/[^a-z0-9-]/g, '') || 'office';
}

/** The account with what can be guessed of it from its address, as the manual's Setup Wizard keyed it in by itself. */
export function completeAccount(account: AccountPlan, offer: SetupOffer): CompleteAccount {
  const via = account.via ?? offer.collectors[0]?.via ?? '';
  const guessed = proposalsFor(account.address, accountQuestions(offer, via));
  return { id: guessId(account.address), kind: offer.kinds[0].kind, ...guessed, ...account };
}

/** Throws `command/arguments` with everything that is wrong; never repeats a value, which may be a password. */
export function readPlan(text: string, file: string): SetupPlan {
  let plan: unknown;
  try {
    plan = JSON.parse(text);
  } catch (error) {
    // V8 quotes the text around the place.
    const place = /position \d+/.exec(sentenceOf(error))?.[0] ?? 'its end';
    throw new PostroomError('command/arguments', `${file} is no JSON (at ${place}). docs/setup.md shows how it looks.`);
  }
  const check = new Ajv({ allErrors: true, useDefaults: true }).compile<SetupPlan>(FILE_SCHEMA);
  if (!check(plan)) {
    const problems = (check.errors ?? []).map(({ instancePath, message, params }) => {
      const unknown = params['additionalProperty'] as string | undefined;
      return `${file} ${instancePath || '/'} ${unknown === undefined ? message : `has "${unknown}", which is not known here`}.`;
    });
    throw new PostroomError('command/arguments', problems.join('\n'));
  }
  return plan;
}

/**
 * `key=value` for `accounts.add` and `accounts.change`; the users are made in the same edit, since copies go to colleagues who exist. Throws
 * `command/arguments` for copies where no plugin gives them.
 */
export function accountAssignments(
  account: CompleteAccount,
  users: readonly UserPlan[],
  { cc: property }: Pick<SetupOffer, 'cc'>,
): readonly string[] {
  const { id: _id, address: _address, kind: _kind, password: _password, ...properties } = account;
  const entries = users.map(({ name, cc = [] }) => {
    if (cc.length === 0) return [name, {}] as const;
    if (property !== undefined) return [name, { [property]: cc }] as const;
    throw new PostroomError('command/arguments', `No installed plugin gives colleagues copies: take "cc" of ${name} out.`);
  });
  return assignmentsOf({ ...properties, ...(entries.length > 0 && { users: Object.fromEntries(entries) }) });
}

/** `key=value` for each property. */
export function assignmentsOf(properties: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(properties).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
}
