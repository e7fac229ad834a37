// The kinds of arguments that commands take, as JSON Schema.

export const text = (description: string): object => ({ type: 'string', description });
/** What one call may name or ask for: a page of the manager shows fewer, and each costs time. */
const MOST = 10_000;

export const texts = (description: string): object => ({ type: 'array', items: { type: 'string' }, maxItems: MOST, description });
export const whole = (description: string, value: number, most = MOST): object => ({
  type: 'integer',
  minimum: 1,
  maximum: most,
  default: value,
  description,
});
export const numbers = (description: string): object => ({
  type: 'array',
  items: { type: 'integer' },
  minItems: 1,
  maxItems: MOST,
  description,
});

export function args(properties: Record<string, object>, required: readonly string[] = []): Readonly<Record<string, unknown>> {
  return { properties, required };
}

export const account = text('Id of the account, as in settings.json.');
export const user = text('Name of the user.');
export const mailbox = text('A user (`andrew`, or `andrew@company` where the name is not unique), or `admin1`.');
